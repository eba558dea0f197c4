import assert from 'node:assert/strict';
import { expectStatus } from '../../../lib/local/api-client.ts';
import { openMerchant } from '../suite/merchant.ts';
import { openReceiver } from '../suite/receiver.ts';
import { type Journey, patiently } from '../suite/scene.ts';

const OUTCOMES = ['pay_1', 'pay_2', 'pay_3'];

export const redelivery: Journey = {
  name: 'redelivery',
  shows: 'exhausted notifications are sent again, one by one and by range, with the same id',
  async run(scene) {
    const { api } = scene;
    const merchant = await openMerchant(scene, 'shop', { schedule: [1] });
    const receiver = await openReceiver(scene, merchant);
    receiver.is(500);
    const recorded = [];
    for (const id of OUTCOMES) recorded.push(await merchant.record(id));
    const ended = [];
    for (const id of OUTCOMES) ended.push(await merchant.settled(id, 'exhausted'));
    receiver.is('well');

    const [one] = ended;
    const path = `POST /v1/notifications/${one?.notificationId}/redeliver`;
    expectStatus(await api(merchant.receiverKey, path), 202);
    await merchant.settled('pay_1', 'delivered');

    const times = recorded.map(({ listedAt }) => Date.parse(listedAt));
    const range = {
      from: new Date(Math.min(...times)).toISOString(),
      to: new Date(Math.max(...times) + 1).toISOString(),
    };
    const job = expectStatus(await api(merchant.receiverKey, 'POST /v1/redeliveries', range), 202).json;
    for (const id of OUTCOMES.slice(1)) await merchant.settled(id, 'delivered');
    const look = async () => (await api(merchant.receiverKey, `GET /v1/redeliveries/${job.jobId}`)).json;
    await patiently(look, (seen) => assert.equal(seen.state, 'done'));
    for (const id of OUTCOMES) {
      const calls = await receiver.heard(id);
      assert.equal(new Set(calls.map(({ webhookId, body }) => `${webhookId} ${body}`)).size, 1);
    }
  },
};
