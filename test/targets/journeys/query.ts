import assert from 'node:assert/strict';
import { openMerchant } from '../suite/merchant.ts';
import { type Journey, patiently } from '../suite/scene.ts';

export const query: Journey = {
  name: 'query',
  shows:
    'the merchant asks by id and by its own reference; every answer is signed, "no such transaction" too',
  async run(scene) {
    const merchant = await openMerchant(scene, 'shop');
    await merchant.record('pay_1', { reference: 'ORDER 1/&=?' });
    await merchant.record('re_1', { reference: 'ORDER 1/&=?', transactionType: 'refund', amount: 5 });
    const seen = await merchant.ask('/v1/transactions/pay_1');
    assert.partialDeepStrictEqual(seen, { status: 'SUCCEEDED', amount: 1999, reference: 'ORDER 1/&=?' });
    assert.deepEqual(seen.notifications, []);

    const path = `/v1/transactions?reference=${encodeURIComponent('ORDER 1/&=?')}`;
    const look = async () => (await merchant.ask(path)).items;
    const items = await patiently<readonly { readonly transactionId: string }[]>(look, (found) =>
      assert.equal(found.length, 2),
    );
    assert.deepEqual(items.map(({ transactionId }) => transactionId).sort(), ['pay_1', 're_1']);

    const unknown = await merchant.ask('/v1/transactions/pay_2', 404);
    assert.equal(unknown.code, 'unknown_transaction');
    assert.deepEqual((await merchant.ask('/v1/transactions?reference=ORDER-2')).items, []);
  },
};
