import { describe, expect, it } from 'vitest';
import { type OpenTable, useTable } from '../../support/throwaway-table.ts';

export function describeParking(name: string, open: OpenTable): void {
  describe(`Parking on ${name}`, () => {
    const table = useTable(open);

    it('keeps what could not be read, with the reason, any text of it', async () => {
      const record = { recordId: 'shard-1/0001', reason: 'malformed_item', payload: '{"界":"\u0000 ✗ 🙈"}' };
      await table().parking.park(record);
      expect(await table().parked()).toEqual([record]);
    });

    it('keeps one row of what is parked twice, and each of several', async () => {
      const records = ['a', 'b', 'c'].map((recordId) => ({
        recordId,
        reason: 'unreadable',
        payload: recordId,
      }));
      for (const record of [...records, ...records]) await table().parking.park(record);
      const parked = await table().parked();
      expect(parked.toSorted((left, right) => (left.recordId < right.recordId ? -1 : 1))).toEqual(records);
    });

    it('takes what is longer than an item may be, and keeps its beginning', async () => {
      const payload = '界'.repeat(300_000);
      await table().parking.park({ recordId: 'long', reason: 'unreadable', payload });
      const [parked] = await table().parked();
      expect(payload.startsWith(parked?.payload ?? 'nothing')).toBe(true);
      expect(parked?.payload.length).toBeGreaterThan(10_000);
    });
  });
}
