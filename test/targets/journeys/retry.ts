import assert from 'node:assert/strict';
import { openMerchant } from '../suite/merchant.ts';
import { openReceiver } from '../suite/receiver.ts';
import { type Journey, patiently } from '../suite/scene.ts';

/** Soon, and for longer than the receiver is away on the slowest target. */
const SCHEDULE = [1, 1, 2, 5, ...Array(20).fill(15)];

export const retry: Journey = {
  name: 'retry',
  shows: 'what the receiver refuses or does not answer is sent again, with the same id and bytes',
  async run(scene) {
    const merchant = await openMerchant(scene, 'shop', { schedule: SCHEDULE });
    const receiver = await openReceiver(scene, merchant);
    receiver.is(500);
    await merchant.record('pay_1');
    await patiently(
      () => receiver.callbacks.length,
      (calls) => assert.ok(calls >= 2, `There were ${calls} calls instead of 2.`),
    );
    receiver.is('away');
    const look = async () => (await merchant.ask('/v1/transactions/pay_1')).notifications[0];
    await patiently(look, (seen) =>
      assert.ok(seen?.attempts.some((one: { readonly statusCode?: number }) => one.statusCode === undefined)),
    );
    receiver.is('well');
    const { attempts } = await merchant.settled('pay_1', 'delivered');

    const calls = receiver.callbacks;
    assert.equal(new Set(calls.map((one) => one.webhookId)).size, 1);
    assert.equal(new Set(calls.map((one) => one.body)).size, 1);
    assert.deepEqual(
      attempts.slice(0, 2).map((one) => one.statusCode),
      [500, 500],
    );
    assert.equal(attempts.at(-1)?.statusCode, 204);
    assert.deepEqual(receiver.refused, []);
    scene.remark(`${attempts.length} attempts`);
  },
};
