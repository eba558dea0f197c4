import { describe, expect, it } from 'vitest';
import { afterStep, begunErasure, type Erasure } from '../../../../lib/core/merchants/erasing/erasure.ts';
import { at, merchant, OTHER, profile, SHOP, settled, succeeded } from '../../support/samples.ts';
import { atOnce, type OpenTable, type TableUnderTest, useTable } from '../../support/throwaway-table.ts';
import { alertKey, fillMerchant, foundOf, removeAll } from '../../support/whole-merchant.ts';

/** Ids that begin like SHOP's: their rows are neighbours of its rows. */
const NEIGHBOURS = [OTHER, merchant('shop-2'), merchant('shop2')];

export function describeErasing(name: string, open: OpenTable): void {
  describe(`MerchantRows on ${name}`, () => {
    const table = useTable(open);

    it('deletes the rows of a merchant from every place, and none of another', async () => {
      for (const each of [SHOP, ...NEIGHBOURS]) await fillMerchant(table(), each, each === SHOP ? 9 : 1);
      const before = await Promise.all(NEIGHBOURS.map((each) => foundOf(table(), each)));
      const kinds = Object.keys(await foundOf(table(), SHOP));
      expect(kinds).toEqual(
        expect.arrayContaining(['buckets', 'expectations', 'repeats', 'running', 'parked']),
      );
      expect(await removeAll(table(), SHOP)).toBeGreaterThanOrEqual(45);
      expect(await foundOf(table(), SHOP)).toEqual({});
      expect(await table().notifications.read(alertKey(SHOP))).toBeUndefined();
      expect(await Promise.all(NEIGHBOURS.map((each) => foundOf(table(), each)))).toEqual(before);
      expect(await removeAll(table(), SHOP)).toBe(0);
    });

    it('deletes one transaction, any number of times', async () => {
      await fillMerchant(table(), SHOP, 2);
      const key = succeeded({ transactionId: 'pay_1' });
      expect(await table().rows.removeTransaction(key)).toBe(3);
      expect(await table().rows.removeTransaction(key)).toBe(0);
      expect(await table().outcomes.transaction(key)).toEqual({ outcomes: [], notifications: [] });
      expect(
        (await table().outcomes.transaction(succeeded({ transactionId: 'pay_0' }))).notifications,
      ).toHaveLength(2);
    });

    it('finds what a run left that died before it deleted the row by which it finds a transaction', async () => {
      const key = { merchantId: SHOP, transactionId: 'pay_1' };
      await table().notifications.save(settled({ ...key, state: 'delivered' }), 'absent');
      await table().outcomes.putIfAbsent(succeeded(key), 1);
      expect(await removeAll(table(), SHOP)).toBe(2);
    });
  });

  describe(`ErasureStore on ${name}`, () => {
    const table = useTable(open);
    const tombstone = { merchantId: SHOP, erasedAt: at(1), erasedFeedShards: 2, rev: 2 };
    const begun = begunErasure(tombstone, Date.parse(at(60)));

    it('lists a merchant from its tombstone until its rows are deleted', async () => {
      const { merchants, erasures } = table();
      expect(await erasures.open()).toEqual([]);
      await merchants.create(profile({ feedShards: 2 }));
      expect(await merchants.erase(tombstone, 7)).toBe(false);
      expect(await erasures.open()).toEqual([]);
      expect(await merchants.erase(tombstone, 1)).toBe(true);
      expect(await erasures.open()).toEqual([SHOP]);
      expect(await erasures.read(SHOP)).toBeUndefined();
      const last = await walkAll(table(), begun);
      expect(last).toMatchObject({ state: 'erased', pass: 1, rows: 0 });
      expect(await erasures.open()).toEqual([]);
      expect(await erasures.read(SHOP)).toStrictEqual(last);
      expect(await erasures.read(OTHER)).toBeUndefined();
    });

    it('accepts progress only on the latest revision: one of twenty', async () => {
      const { erasures } = table();
      const begins = await atOnce(() => erasures.save(begun, 0));
      expect(begins.filter((isSaved) => isSaved)).toHaveLength(1);
      const next = afterStep(begun, { count: 3, cursor: 'there' }, 0);
      const results = await atOnce(() => erasures.save(next, 1));
      expect(results.filter((isSaved) => isSaved)).toHaveLength(1);
      expect(await erasures.read(SHOP)).toStrictEqual({
        ...begun,
        cursor: 'there',
        foundInPass: 3,
        rows: 3,
        rev: 2,
      });
      expect(await erasures.save({ ...next, state: 'erased', rev: 2 }, 1)).toBe(false);
    });
  });
}

async function walkAll({ erasures }: TableUnderTest, begun: Erasure): Promise<Erasure> {
  expect(await erasures.save(begun, 0)).toBe(true);
  let current = begun;
  while (current.state === 'deleting') {
    const next = afterStep(current, { count: 0 }, Date.parse(at(120)));
    expect(await erasures.save(next, current.rev)).toBe(true);
    current = next;
  }
  return current;
}
