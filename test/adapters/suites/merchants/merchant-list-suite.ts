import { describe, expect, it } from 'vitest';
import { PARTITIONS } from '../../../../lib/core/partitions.ts';
import { listMerchants } from '../../../../lib/core/query/merchant-list.ts';
import { at, merchant, OTHER, profile, SHOP } from '../../support/samples.ts';
import { allPages, from, type OpenTable, useTable } from '../../support/throwaway-table.ts';

export function describeMerchantList(name: string, open: OpenTable): void {
  describe(`MerchantList on ${name}`, () => {
    const table = useTable(open);
    const create = async (ids: readonly string[]) => {
      for (const id of ids)
        await table().merchants.create(profile({ merchantId: merchant(id), name: `n-${id}` }));
    };
    /** All pages of the use case. */
    const all = (prefix: string, limit: number) =>
      allPages(async (cursor) => {
        const after = cursor === undefined ? {} : { after: merchant(cursor) };
        const { profiles, next } = await listMerchants(table(), { prefix, limit, ...after });
        expect(profiles.length).toBeLessThanOrEqual(limit);
        return { rows: profiles.map(({ merchantId }) => merchantId), ...from(next) };
      });

    it('lists every merchant once, in the order of the ids, page after page', async () => {
      const ids = Array.from({ length: 70 }, (_, index) => `shop-${(index * 37) % 100}`);
      await create(ids);
      const sorted = [...ids].sort();
      expect(await all('', 7)).toEqual(sorted);
      expect(await all('', 100)).toEqual(sorted);
    });

    it('lists only the ids that begin with a prefix, which compares case', async () => {
      await create(['shop', 'shop-1', 'shop-2', 'Shop-3', 'sho', 'sh_op', 'zz']);
      expect(await all('shop', 2)).toEqual(['shop', 'shop-1', 'shop-2']);
      expect(await all('shop-2', 2)).toEqual(['shop-2']);
      expect(await all('nothing', 2)).toEqual([]);
    });

    it('does not list an erased merchant, and calls its row readable', async () => {
      await create(['a', 'b', 'c']);
      const tombstone = { merchantId: merchant('b'), erasedAt: at(1), erasedFeedShards: 1, rev: 2 };
      await table().merchants.erase(tombstone, 1);
      expect(await all('', 2)).toEqual(['a', 'c']);
      const { unreadable } = await listMerchants(table(), { prefix: '', limit: 9 });
      expect(unreadable).toEqual([]);
    });

    it('begins after an id that is no merchant any more, or never was', async () => {
      await create(['a', 'c']);
      const page = await listMerchants(table(), { prefix: '', limit: 5, after: merchant('b') });
      expect(page.profiles.map(({ merchantId }) => merchantId)).toEqual(['c']);
    });

    it('reads one partition in pages, and names no cursor on the last one', async () => {
      await create(Array.from({ length: 40 }, (_, index) => `shop-${index}`));
      const partitions = Array.from({ length: PARTITIONS }, (_, partition) =>
        allPages(async (cursor) => {
          const page = await table().merchantList.ids({ partition, prefix: '', limit: 1, ...from(cursor) });
          return { rows: page.keys, ...from(page.cursor) };
        }),
      );
      const lists = await Promise.all(partitions);
      for (const keys of lists) expect(keys).toEqual([...keys].sort());
      expect(new Set(lists.flat()).size).toBe(40);
    });

    it('reads whole profiles in the order of the ids, as they are now', async () => {
      await create([SHOP, OTHER]);
      const changed = profile({ name: 'Renamed', rev: 2 });
      expect(await table().merchants.saveProfile(changed, 1)).toBe(true);
      const found = await table().merchantList.profiles([SHOP, merchant('nobody'), OTHER]);
      expect(found[0]).toStrictEqual(changed);
      expect(found[1]).toBeUndefined();
      expect(found[2]).toMatchObject({ merchantId: OTHER, name: `n-${OTHER}` });
    });
  });
}
