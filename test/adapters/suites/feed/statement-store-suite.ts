import { describe, expect, it } from 'vitest';
import { OTHER, SHOP, statement } from '../../support/samples.ts';
import { atOnce, type OpenTable, useTable } from '../../support/throwaway-table.ts';

export function describeStatementStore(name: string, open: OpenTable): void {
  describe(`StatementStore on ${name}`, () => {
    const table = useTable(open);
    const stored = () => table().statements.read(SHOP, '2026-11-20');
    const newest = async (limit: number) =>
      (await table().statements.newest(SHOP, limit)).map(({ date }) => date);

    it('reads back every field at once', async () => {
      const whole = statement({ revision: 7, rows: 20_000_000, bytes: 3_000_000_000 });
      expect(await table().statements.save(whole, undefined)).toBe(true);
      expect(await stored()).toStrictEqual(whole);
    });

    it('knows nothing of other days and of other merchants', async () => {
      await table().statements.save(statement({ merchantId: OTHER }), undefined);
      await table().statements.save(statement({ date: '2026-11-19' }), undefined);
      expect(await stored()).toBeUndefined();
      expect(await newest(10)).toEqual(['2026-11-19']);
    });

    it('lists the newest first, as many as are asked for', async () => {
      const dates = ['2026-11-30', '2026-12-01', '2026-11-09', '2027-01-01', '2026-11-10'];
      for (const date of dates) await table().statements.save(statement({ date }), undefined);
      expect(await newest(3)).toEqual(['2027-01-01', '2026-12-01', '2026-11-30']);
      expect(await newest(400)).toEqual(dates.toSorted().toReversed());
    });

    it('lets one of twenty make the statement of a day', async () => {
      const results = await atOnce((writer) =>
        table().statements.save(statement({ rows: writer }), undefined),
      );
      expect(results.filter((isSaved) => isSaved)).toHaveLength(1);
      expect((await stored())?.rows).toBe(results.indexOf(true));
    });

    it('lets one take the place of the revision that it has seen, and of no other', async () => {
      expect(await table().statements.save(statement({ revision: 1 }), 0)).toBe(false);
      expect(await stored()).toBeUndefined();
      await table().statements.save(statement(), undefined);
      expect(await table().statements.save(statement({ revision: 2 }), 1)).toBe(false);
      const results = await atOnce((writer) =>
        table().statements.save(statement({ revision: 1, rows: writer }), 0),
      );
      expect(results.filter((isSaved) => isSaved)).toHaveLength(1);
      expect(await stored()).toMatchObject({ revision: 1, rows: results.indexOf(true) });
    });
  });
}
