import { describe, expect, it } from 'vitest';
import { at, closedWindow, OTHER, SHOP } from '../support/samples.ts';
import { atOnce, type OpenTable, useTable } from '../support/table.ts';

const buckets = Array.from({ length: 256 }, (_, bucket) => ({
  bucket,
  count: bucket + 1,
  hash: bucket.toString(16).padStart(32, '0'),
}));

export function describeWindowStore(name: string, open: OpenTable): void {
  describe(`WindowStore on ${name}`, () => {
    const table = useTable(open);
    const stored = () => table().windows.read(SHOP, at(0));

    it('reads back a window at once, with 256 buckets and amounts beyond what a number holds', async () => {
      const groups = ['SUCCEEDED', 'FAILED', 'CLOSED'].map((status) => ({
        transactionType: 'payment',
        status,
        currency: 'JPY',
        count: 9_007_199_254_740_991,
        amount: '90071992547409919007199254740991',
        hash: 'ffffffffffffffffffffffffffffffff',
      }));
      const window = closedWindow({ groups, buckets });
      expect(await table().windows.putIfAbsent(window)).toBe(true);
      expect(await stored()).toStrictEqual(window);
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
      const first = closedWindow({ revision: 1, buckets });
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
