import assert from 'node:assert/strict';
import { expectStatus } from '../../../lib/local/api-client.ts';
import { openMerchant } from '../suite/merchant.ts';
import { openReceiver } from '../suite/receiver.ts';
import { type Journey, patiently } from '../suite/scene.ts';

const OUTCOMES = 3;

export const operate: Journey = {
  name: 'operate',
  shows: 'an operator sees that what was delivered adds up, and what was set aside',
  async run(scene) {
    const merchant = await openMerchant(scene, 'shop', { schedule: [3_600] });
    await openReceiver(scene, merchant);
    for (let number = 1; number <= OUTCOMES; number += 1) {
      await merchant.record(`pay_${number}`);
      await merchant.settled(`pay_${number}`, 'delivered');
    }
    const ask = async (path: string) =>
      expectStatus(await scene.api(scene.target.rootKey, `GET ${path}`), 200).json;
    assert.partialDeepStrictEqual(await ask('/v1/whoami'), { keyId: 'root', scope: 'admin' });
    const own = `/v1/overview?merchantId=${merchant.merchantId}`;
    await patiently(
      async () => (await ask(own)).balance,
      (balance) => assert.partialDeepStrictEqual(balance, { delivered: OUTCOMES, open: 0, missing: 0 }),
    );
    const whole = await ask('/v1/overview');
    assert.ok(whole.balance.delivered >= OUTCOMES);
    const { queues } = await ask('/v1/dead-letters?limit=1');
    const names = queues.map(({ queue }: { readonly queue: string }) => queue);
    assert.deepEqual(names, ['lanes', 'intake']);
    assert.ok(Array.isArray((await ask('/v1/parked')).items));
  },
};
