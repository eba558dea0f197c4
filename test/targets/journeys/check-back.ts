import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { openMerchant } from '../suite/merchant.ts';
import { openReceiver } from '../suite/receiver.ts';
import type { Received } from '../suite/receivers.ts';
import type { Journey } from '../suite/scene.ts';

/** An ed25519 public key in DER is these bytes and the raw key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export const checkBack: Journey = {
  name: 'check-back',
  shows: 'an initiator that died after PENDING is asked, by a verified question, and its answer is delivered',
  async run(scene) {
    const merchant = await openMerchant(scene, 'shop');
    const receiver = await openReceiver(scene, merchant);
    const asked: Received[] = [];
    const url = scene.receivers.open(`${merchant.merchantId}-bank`, (received) => {
      asked.push(received);
      const end = { status: 'SUCCEEDED', amount: 1999, currency: 'CNY', occurredAt: '2026-11-20T08:00:01Z' };
      return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(end) };
    });
    await merchant.record('pay_1', { status: 'PENDING', checkBack: { url, afterSeconds: 1 } });
    const [told] = await receiver.heard('pay_1');
    assert.partialDeepStrictEqual(told?.data, { status: 'SUCCEEDED', version: 2 });
    assert.partialDeepStrictEqual(await merchant.ask('/v1/transactions/pay_1'), { status: 'SUCCEEDED' });

    const { publicKeys } = (await scene.api('', 'GET /v1/public-keys')).json;
    const [question] = asked;
    if (question === undefined) throw new Error('Nobody was asked.');
    assert.ok(isSigned(question, publicKeys[0]), 'The question is not signed with the public key.');
  },
};

function isSigned({ headers, body }: Received, publicKey: string): boolean {
  const raw = Buffer.from(publicKey.slice('whpk_'.length), 'base64');
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body.toString('utf8')}`;
  const signature = String(headers['webhook-signature']).replace('v1a,', '');
  return verify(null, Buffer.from(signed), key, Buffer.from(signature, 'base64'));
}
