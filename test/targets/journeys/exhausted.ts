import assert from 'node:assert/strict';
import { openMerchant } from '../suite/merchant.ts';
import { openReceiver } from '../suite/receiver.ts';
import { type Journey, patiently } from '../suite/scene.ts';

export const exhausted: Journey = {
  name: 'exhausted',
  shows: 'when the schedule ends the state says so, and the merchant finds what did not arrive, and why',
  async run(scene) {
    const merchant = await openMerchant(scene, 'shop', { schedule: [1, 1] });
    const receiver = await openReceiver(scene, merchant);
    receiver.is(500);
    await merchant.record('pay_1');
    const notification = await merchant.settled('pay_1', 'exhausted');
    assert.deepEqual(
      notification.attempts.map(({ number, statusCode }) => [number, statusCode]),
      [
        [1, 500],
        [2, 500],
        [3, 500],
      ],
    );
    const [listed] = await patiently(
      async () => (await merchant.ask('/v1/notifications?state=exhausted')).items,
      (items) => assert.equal(items.length, 1),
    );
    assert.partialDeepStrictEqual(listed, { transactionId: 'pay_1', state: 'exhausted' });
  },
};
