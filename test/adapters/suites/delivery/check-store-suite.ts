import { describe, expect, it } from 'vitest';
import type { MerchantId } from '../../../../lib/core/model.ts';
import { PARTITIONS, partitionOf } from '../../../../lib/core/partitions.ts';
import { type Check, unresolvedOrder } from '../../../../lib/core/record/pending-check.ts';
import { at, merchant, SHOP, transaction } from '../../support/samples.ts';
import { allPages, from, type OpenTable, useTable } from '../../support/throwaway-table.ts';

/** Its id begins as the shop's does, and sorts between the shop's own keys if the separator is forgotten. */
const SHOP_2 = merchant('shop-2');
const BEFORE = merchant('shoa');

function check(merchantId: MerchantId, id: string, seconds: number): Check {
  return {
    merchantId,
    transactionId: transaction(id),
    rev: 1,
    state: 'unresolved',
    startedAt: at(seconds),
    attempts: [],
  };
}

export function describeCheckStore(name: string, open: OpenTable): void {
  describe(`CheckStore on ${name}`, () => {
    const table = useTable(open);
    const of = async (options: { readonly merchantId?: MerchantId; readonly after?: string }) => {
      const found = await Promise.all(
        Array.from({ length: PARTITIONS }, (_, partition) =>
          allPages(async (cursor) => {
            const page = { partition, limit: 2, ...options, ...from(cursor) };
            const { keys: rows, ...rest } = await table().checks.unresolved(page);
            return { rows, ...rest };
          }),
        ),
      );
      return found;
    };
    const orders = async (options: Parameters<typeof of>[0]) =>
      (await of(options))
        .flat()
        .map(({ order }) => order)
        .sort();

    it('lists what is unresolved of one merchant, of no other, and in the partition of its id', async () => {
      const own = Array.from({ length: 12 }, (_, n) => check(SHOP, `pay_${n}`, n));
      const others = [SHOP_2, BEFORE].flatMap((whose) => [
        check(whose, 'pay_1', 0),
        check(whose, 'pay_2', 9),
      ]);
      const ended = { ...check(SHOP, 'pay_ended', 3), state: 'resolved' as const };
      for (const one of [...own, ...others, ended]) await table().checks.save(one, 'absent');
      const found = await of({ merchantId: SHOP });
      for (const [partition, keys] of found.entries()) {
        for (const { transactionId } of keys) expect(partitionOf(transactionId)).toBe(partition);
        expect(keys.map(({ order }) => order)).toEqual(keys.map(({ order }) => order).sort());
      }
      expect(await orders({ merchantId: SHOP })).toEqual(own.map(unresolvedOrder).sort());
      expect(await orders({})).toEqual([...own, ...others].map(unresolvedOrder).sort());
      expect(await orders({ merchantId: merchant('sho') })).toEqual([]);
      expect(table().events).toEqual([]);
    });

    it('continues after a cursor from any partition', async () => {
      const own = Array.from({ length: 8 }, (_, n) => check(SHOP, `pay_${n}`, n % 4));
      for (const one of [...own, check(SHOP_2, 'pay_1', 0)]) await table().checks.save(one, 'absent');
      const sorted = own.map(unresolvedOrder).sort();
      for (const [index, after] of sorted.entries()) {
        expect(await orders({ merchantId: SHOP, after })).toEqual(sorted.slice(index + 1));
        expect(await orders({ after })).toHaveLength(sorted.length - index);
      }
      expect(await orders({ merchantId: SHOP, after: 'shop#~' })).toEqual([]);
      expect(await orders({ after: '~' })).toEqual([]);
    });
  });
}
