import { describe, expect, it } from 'vitest';
import type { Window } from '../../../../lib/core/feed/window.ts';
import { at, closedWindow, OTHER, SHOP } from '../../support/samples.ts';
import { allPages, atOnce, from, type OpenTable, useTable } from '../../support/throwaway-table.ts';

/** Of two event types: all of the one, the last of the other. */
const buckets = [
  ...Array.from({ length: 256 }, (_, bucket) => ({
    transactionType: 'payment',
    status: 'SUCCEEDED',
    bucket,
    count: bucket + 1,
    hash: bucket.toString(16).padStart(32, '0'),
  })),
  {
    transactionType: 'refund_of-2',
    status: 'CLOSED',
    bucket: 255,
    count: 4_294_967_295,
    hash: 'ffffffffffffffffffffffffffffffff',
  },
];

export function describeWindowStore(name: string, open: OpenTable): void {
  describe(`WindowStore on ${name}`, () => {
    const table = useTable(open);
    const stored = () => table().windows.read(SHOP, at(0));
    const kept = async () => {
      const window = await stored();
      return window && table().windows.buckets(window);
    };

    it('reads back a window at once, with amounts beyond what a number holds, and its buckets apart', async () => {
      const groups = ['SUCCEEDED', 'FAILED', 'CLOSED'].map((status) => ({
        transactionType: 'payment',
        status,
        currency: 'JPY',
        count: 9_007_199_254_740_991,
        amount: '90071992547409919007199254740991',
        hash: 'ffffffffffffffffffffffffffffffff',
      }));
      const window = closedWindow({ groups });
      expect(await table().windows.putIfAbsent({ ...window, buckets })).toBe(true);
      expect(await stored()).toStrictEqual(window);
      expect(await kept()).toStrictEqual(buckets);
      await table().windows.putIfAbsent(closedWindow({ start: at(300) }));
      expect(await table().windows.buckets(closedWindow({ start: at(300) }))).toBeUndefined();
    });

    it('keeps the buckets of the stored window when other runs try to close or revise it', async () => {
      await table().windows.putIfAbsent(closedWindow({ buckets }));
      const others = closedWindow({ buckets: buckets.slice(0, 3) });
      expect(await table().windows.putIfAbsent(others)).toBe(false);
      expect(await table().windows.revise({ ...others, revision: 2 }, 1)).toBe(false);
      expect(await kept()).toStrictEqual(buckets);
      expect(await table().windows.revise({ ...others, revision: 1 }, 0)).toBe(true);
      expect(await kept()).toStrictEqual(buckets.slice(0, 3));
      expect(await table().windows.revise(closedWindow({ revision: 2 }), 1)).toBe(true);
      expect(await kept()).toBeUndefined();
    });

    it('gives a range oldest first, page by page, without buckets, `to` and others left out', async () => {
      const all = Array.from({ length: 7 }, (_, index) =>
        closedWindow({ start: at(index * 300), end: at((index + 1) * 300) }),
      );
      for (const window of all.toReversed()) await table().windows.putIfAbsent({ ...window, buckets });
      await table().windows.putIfAbsent(closedWindow({ merchantId: OTHER, start: at(600) }));
      const range = (first: number, end: number, limit: number) =>
        allPages<Window>(async (cursor) => {
          const { windows: rows, ...rest } = await table().windows.page({
            merchantId: SHOP,
            from: at(first),
            to: at(end),
            limit,
            ...from(cursor),
          });
          expect(rows.length).toBeLessThanOrEqual(limit);
          return { rows, ...rest };
        });
      expect(await range(300, 1_800, 2)).toStrictEqual(all.slice(1, 6));
      expect(await range(0, 86_400, 100)).toStrictEqual(all);
      expect(await range(0, 86_400, 7)).toStrictEqual(all);
      expect(await range(600, 600, 7)).toEqual([]);
    });

    it('is closed by one of twenty, and never again', async () => {
      const results = await atOnce((writer) =>
        table().windows.putIfAbsent(closedWindow({ end: at(300 + writer) })),
      );
      expect(results.filter((isPut) => isPut)).toHaveLength(1);
      const standing = closedWindow({ end: at(300 + results.indexOf(true)) });
      expect(await table().windows.putIfAbsent(closedWindow({ end: at(999) }))).toBe(false);
      expect(await stored()).toStrictEqual(standing);
    });

    it('keeps the windows of merchants and of times apart', async () => {
      await table().windows.putIfAbsent(closedWindow());
      expect(await table().windows.read(OTHER, at(0))).toBeUndefined();
      expect(await table().windows.read(SHOP, at(300))).toBeUndefined();
      expect(await table().windows.putIfAbsent(closedWindow({ merchantId: OTHER, groups: [] }))).toBe(true);
      expect(await table().windows.putIfAbsent(closedWindow({ start: at(300) }))).toBe(true);
      expect(await stored()).toStrictEqual(closedWindow());
    });

    it('is revised where the revision is still the one that was seen', async () => {
      const first = closedWindow({ revision: 1 });
      expect(await table().windows.revise(first, 0)).toBe(false);
      expect(await stored()).toBeUndefined();
      await table().windows.putIfAbsent(closedWindow());
      expect(await table().windows.revise(first, undefined)).toBe(false);
      expect(await table().windows.revise(first, 1)).toBe(false);
      expect(await table().windows.revise(first, 0)).toBe(true);
      expect(await stored()).toStrictEqual(first);
      const second = closedWindow({ revision: 2 });
      expect(await table().windows.revise(second, 1)).toBe(true);
      expect(await stored()).toStrictEqual(second);
    });

    it('is made by revising where there was none, by one of twenty', async () => {
      const results = await atOnce((writer) =>
        table().windows.revise(closedWindow({ revision: 1, end: at(300 + writer) }), undefined),
      );
      expect(results.filter((isRevised) => isRevised)).toHaveLength(1);
      expect((await stored())?.end).toBe(at(300 + results.indexOf(true)));
    });
  });
}
