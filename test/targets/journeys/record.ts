import assert from 'node:assert/strict';
import { expectStatus } from '../../../lib/local/api-client.ts';
import { openMerchant, payment } from '../suite/merchant.ts';
import { type Journey, patiently } from '../suite/scene.ts';

export const record: Journey = {
  name: 'record',
  shows: 'an acknowledged record is readable at once, repeating it changes nothing, another end is refused',
  async run(scene) {
    const { api, initiatorKey } = scene;
    const merchant = await openMerchant(scene, 'shop');
    const path = `/v1/merchants/${merchant.merchantId}/transactions`;
    const first = await merchant.record('pay_1');
    const read = expectStatus(await api(initiatorKey, `GET ${path}/pay_1`), 200).json;
    assert.partialDeepStrictEqual(read, { transactionId: 'pay_1', status: 'SUCCEEDED', version: 1 });
    assert.deepEqual(await merchant.record('pay_1'), first);
    const other = await api(initiatorKey, `PUT ${path}/pay_1`, payment({ status: 'FAILED' }));
    assert.deepEqual([other.status, other.json.code], [409, 'outcome_conflict']);

    await merchant.record('pay_2', { status: 'PENDING' });
    assert.partialDeepStrictEqual(await merchant.record('pay_2', { status: 'CLOSED' }), { version: 2 });

    const transactions = ['pay_3', 'pay_4', 'pay_1'].map((transactionId) => ({
      transactionId,
      ...payment({ status: 'FAILED' }),
    }));
    // An item that was refused for now is sent again; if only its answer was lost, it is then unchanged.
    const results = async (): Promise<readonly string[]> => {
      const answer = expectStatus(await api(initiatorKey, `POST ${path}`, { transactions }), 200).json;
      return answer.results.map((one: Record<string, unknown>) => one.result ?? one.code);
    };
    await patiently(results, (seen) =>
      assert.match(seen.join(), /^(created|unchanged),(created|unchanged),outcome_conflict$/),
    );
  },
};
