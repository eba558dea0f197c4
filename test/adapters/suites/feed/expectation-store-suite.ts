import { describe, expect, it } from 'vitest';
import { at, OTHER, SHOP } from '../../support/samples.ts';
import { atOnce, type OpenTable, useTable } from '../../support/throwaway-table.ts';

export function describeExpectationStore(name: string, open: OpenTable): void {
  describe(`ExpectationStore on ${name}`, () => {
    const table = useTable(open);
    const keep = (expected: number, start = at(300), merchantId = SHOP) =>
      table().expectations.keep({ merchantId, start, expected });
    const list = (from = at(0), to = at(3_600), merchantId = SHOP) =>
      table().expectations.list({ merchantId, from, to });

    it('keeps a number for each window, and lists those of a range', async () => {
      for (const [expected, start] of [
        [3, at(600)],
        [2, at(300)],
        [4, at(3_600)],
      ] as const)
        await keep(expected, start);
      await keep(9, at(300), OTHER);
      expect(await list()).toEqual([
        { merchantId: SHOP, start: at(300), expected: 2 },
        { merchantId: SHOP, start: at(600), expected: 3 },
      ]);
      expect(await list(at(600), at(600))).toEqual([]);
      expect(await list(at(301), at(601))).toMatchObject([{ expected: 3 }]);
    });

    it('keeps the latest number, also if many say the same at once', async () => {
      await atOnce(() => keep(2));
      expect(await list()).toMatchObject([{ expected: 2 }]);
      await keep(5);
      await keep(5);
      expect(await list()).toMatchObject([{ expected: 5 }]);
    });

    it('does not show among the windows', async () => {
      await keep(2);
      const range = { merchantId: SHOP, from: at(0), to: at(3_600), limit: 10 };
      expect((await table().windows.page(range)).windows).toEqual([]);
    });
  });
}
