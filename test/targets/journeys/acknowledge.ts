import assert from 'node:assert/strict';
import { expectStatus } from '../../../lib/local/api-client.ts';
import { openMerchant } from '../suite/merchant.ts';
import { openReceiver } from '../suite/receiver.ts';
import { type Journey, patiently } from '../suite/scene.ts';

export const acknowledge: Journey = {
  name: 'acknowledge',
  shows: 'a merchant that asked and applied the outcome acknowledges it, and retries stop',
  async run(scene) {
    const merchant = await openMerchant(scene, 'shop', { schedule: [3_600, 3_600] });
    const receiver = await openReceiver(scene, merchant);
    receiver.is(503);
    await merchant.record('pay_1');
    await merchant.settled('pay_1', 'retrying');
    const path = 'POST /v1/transactions/pay_1/acknowledge';
    const request = () => scene.api(merchant.receiverKey, path, { version: 1 });
    const { notifications } = expectStatus(await request(), 200).json;
    assert.equal(notifications[0].state, 'acknowledged');
    assert.equal(notifications[0].nextAttemptAt, undefined);
    expectStatus(await request(), 200);
    const open = async () => (await merchant.ask('/v1/notifications?state=retrying')).items;
    await patiently(open, (items) => assert.deepEqual(items, []));
  },
};
