import assert from 'node:assert/strict';
import { type Merchant, openMerchant, payment } from '../suite/merchant.ts';
import type { Journey, Scene } from '../suite/scene.ts';

export const tenants: Journey = {
  name: 'tenants',
  shows: "another merchant's key sees nothing, and gets the same answers as for what does not exist",
  async run(scene) {
    const owner = await openMerchant(scene, 'owner');
    const other = await openMerchant(scene, 'other');
    await owner.record('pay_1', { reference: 'ORDER-1' });
    assert.partialDeepStrictEqual(await owner.ask('/v1/transactions/pay_1'), { status: 'SUCCEEDED' });

    const theirs = await other.ask('/v1/transactions/pay_1', 404);
    const nothing = await other.ask('/v1/transactions/pay_9', 404);
    assert.deepEqual(withoutRequest(theirs), withoutRequest(nothing));
    for (const path of [
      '/v1/transactions?reference=ORDER-1',
      '/v1/transactions',
      '/v1/notifications?state=exhausted',
    ]) {
      assert.deepEqual((await other.ask(path)).items, [], path);
    }
    await isRefused(scene, other, owner);
  },
};

/** What cannot be asked for another merchant, because the path or the scope forbids it. */
async function isRefused({ api, target }: Scene, other: Merchant, owner: Merchant): Promise<void> {
  const { key } = (
    await api(target.rootKey, `POST /v1/merchants/${other.merchantId}/keys`, { scope: 'initiator' })
  ).json;
  const path = `/v1/merchants/${owner.merchantId}`;
  const requests: readonly (readonly [string, string, object?])[] = [
    [key, `PUT ${path}/transactions/pay_2`, payment()],
    [key, `GET ${path}/transactions/pay_1`],
    [other.receiverKey, `GET ${path}/endpoints`],
    [other.receiverKey, `POST ${path}/keys`, { scope: 'receiver' }],
    [owner.receiverKey, 'POST /v1/merchants', { merchantId: 'nobody', name: 'Nobody' }],
  ];
  for (const [asked, request, body] of requests) {
    assert.equal((await api(asked, request, body)).status, 403, request);
  }
  assert.equal((await api(`${owner.receiverKey}x`, 'GET /v1/transactions/pay_1')).status, 401);
  const settle = await api(other.receiverKey, 'POST /v1/transactions/pay_1/acknowledge', { version: 1 });
  assert.deepEqual([settle.status, settle.json.code], [404, 'unknown_transaction']);
}

/** Leaves out what binds the answer to its own request. */
function withoutRequest(answer: Readonly<Record<string, unknown>>) {
  const { request, asOf, instance, ...rest } = answer;
  return rest;
}
