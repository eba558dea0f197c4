import assert from 'node:assert/strict';
import { expectStatus } from '../../../lib/local/api-client.ts';
import { openMerchant } from '../suite/merchant.ts';
import { openReceiver } from '../suite/receiver.ts';
import { type Journey, patiently } from '../suite/scene.ts';

const OUTCOMES = ['pay_1', 'pay_2', 'pay_3'];

export const replay: Journey = {
  name: 'replay',
  shows: 'a new endpoint gets what was listed before it, and all of it once more after a confirmation',
  async run(scene) {
    const { api } = scene;
    const merchant = await openMerchant(scene, 'shop', { schedule: [1] });
    const times: number[] = [];
    for (const id of OUTCOMES) times.push(Date.parse((await merchant.record(id)).listedAt));
    const receiver = await openReceiver(scene, merchant);
    const range = {
      from: new Date(Math.min(...times)).toISOString(),
      to: new Date(Math.max(...times) + 1).toISOString(),
    };
    const ask = (body: object) => api(merchant.receiverKey, 'POST /v1/redeliveries', { ...range, ...body });
    const job = async (jobId: string) =>
      expectStatus(await api(merchant.receiverKey, `GET /v1/redeliveries/${jobId}`), 200).json;
    const done = (jobId: string) =>
      patiently(
        () => job(jobId),
        ({ state }) => assert.equal(state, 'done'),
      );
    // The whole range must be older than the watermark, or a job would end before its last outcome.
    await patiently(
      async () => (await merchant.ask('/v1/transactions')).watermark,
      (watermark) => assert.ok(watermark >= range.to),
    );

    const unexpected = expectStatus(await ask({ include: 'unexpected' }), 202).json;
    for (const id of OUTCOMES) await merchant.settled(id, 'delivered');
    const first = await done(unexpected.jobId);
    assert.deepEqual([first.examined, first.found, first.sent], [3, 3, 3]);

    const { confirm } = expectStatus(await ask({ include: 'all' }), 409).json;
    assert.equal(confirm.count, OUTCOMES.length);
    for (let n = 0; n < 2; n += 1) {
      assert.equal(expectStatus(await ask({ include: 'all', confirm }), 202).json.jobId, confirm.jobId);
    }
    assert.equal((await done(confirm.jobId)).sent, OUTCOMES.length);
    const calls = () => Map.groupBy(receiver.callbacks, ({ transactionId }) => transactionId);
    await patiently(calls, (heard) => {
      for (const id of OUTCOMES) assert.ok((heard.get(id)?.length ?? 0) >= 2);
    });
    for (const same of calls().values()) {
      assert.equal(new Set(same.map(({ webhookId, body }) => `${webhookId} ${body}`)).size, 1);
    }
    for (const id of OUTCOMES) await merchant.settled(id, 'delivered');

    const listed = expectStatus(await api(merchant.receiverKey, 'GET /v1/redeliveries'), 200).json.items;
    assert.deepEqual(
      listed.map(({ jobId }: { readonly jobId: string }) => jobId),
      [confirm.jobId, unexpected.jobId],
    );
    const cancel = `POST /v1/redeliveries/${confirm.jobId}/cancel`;
    assert.equal(expectStatus(await api(merchant.receiverKey, cancel), 200).json.state, 'done');
  },
};
