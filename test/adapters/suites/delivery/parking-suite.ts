import { describe, expect, it } from 'vitest';
import {
  daysBack,
  eachParked,
  listParked,
  type ParkedPosition,
  type ParkedRecord,
} from '../../../../lib/core/deliver/aside/parked-list.ts';
import { type OpenTable, useTable } from '../../support/throwaway-table.ts';

export function describeParking(name: string, open: OpenTable): void {
  describe(`Parking on ${name}`, () => {
    const table = useTable(open);
    /** Today, and yesterday for a test that runs at midnight. */
    const days = () => daysBack(2, Date.now());
    const parked = async () => {
      const found: Pick<ParkedRecord, 'recordId' | 'reason' | 'payload'>[] = [];
      for await (const { parkedAt, ...record } of eachParked(table().parked, days())) {
        expect(days()).toContain(parkedAt.slice(0, 10));
        found.push(record);
      }
      return found;
    };
    const parkMany = async (count: number, payload = '{}') => {
      const ids = Array.from({ length: count }, (_, number) => `record-${number}`);
      for (const recordId of ids) await table().parking.park({ recordId, reason: 'malformed', payload });
      return ids.sort();
    };

    it('keeps what could not be read, with the reason, any text of it', async () => {
      const record = { recordId: 'shard-1/0001', reason: 'malformed_item', payload: '{"界":"\u0000 ✗ 🙈"}' };
      await table().parking.park(record);
      expect(await parked()).toEqual([record]);
    });

    it('keeps one row of what is parked twice, and each of several', async () => {
      const records = ['a', 'b', 'c'].map((recordId) => ({
        recordId,
        reason: 'unreadable',
        payload: recordId,
      }));
      for (const record of [...records, ...records]) await table().parking.park(record);
      const found = await parked();
      expect(found.toSorted((left, right) => (left.recordId < right.recordId ? -1 : 1))).toEqual(records);
    });

    it('takes what is longer than an item may be, and keeps its beginning', async () => {
      const payload = '界'.repeat(300_000);
      await table().parking.park({ recordId: 'long', reason: 'unreadable', payload });
      const [found] = await parked();
      expect(payload.startsWith(found?.payload ?? 'nothing')).toBe(true);
      expect(found?.payload.length).toBeGreaterThan(10_000);
    });

    it('shows every record once, page by page, however large they are', async () => {
      const ids = await parkMany(40, 'x'.repeat(80_000));
      const seen: string[] = [];
      let after: ParkedPosition | undefined;
      do {
        const { records, next } = await listParked(table().parked, {
          days: days(),
          limit: 7,
          ...(after !== undefined && { after }),
        });
        expect(records.length).toBe(next === undefined ? 5 : 7);
        seen.push(...records.map(({ recordId }) => recordId));
        after = next;
      } while (after !== undefined);
      expect(seen.sort()).toEqual(ids);
    });

    it('goes on behind records that were removed since', async () => {
      const ids = await parkMany(12);
      const { records, next } = await listParked(table().parked, { days: days(), limit: 5 });
      for (const record of records) await table().parked.remove(record);
      if (next === undefined) throw new Error('There are more.');
      const rest = await listParked(table().parked, { days: days(), after: next, limit: 50 });
      const seen = [...records, ...rest.records].map(({ recordId }) => recordId);
      expect(seen.sort()).toEqual(ids);
      expect(await parked()).toHaveLength(7);
    });

    it('finds a record by its id, until it is removed', async () => {
      await parkMany(2);
      const record = await table().parked.find('record-1', days());
      if (record === undefined) throw new Error('It is parked.');
      expect(await table().parked.find('record-1', ['2020-01-01'])).toBeUndefined();
      expect(await table().parked.find('record-2', days())).toBeUndefined();
      await table().parked.remove(record);
      await table().parked.remove(record);
      expect(await table().parked.find('record-1', days())).toBeUndefined();
      expect((await parked()).map(({ recordId }) => recordId)).toEqual(['record-0']);
    });

    it('keeps a record that was parked again since it was read', async () => {
      await parkMany(1);
      const record = await table().parked.find('record-0', days());
      if (record === undefined) throw new Error('It is parked.');
      await table().parked.remove({ ...record, parkedAt: `${record.parkedAt.slice(0, 11)}00:00:00.000Z` });
      expect(await parked()).toHaveLength(1);
    });
  });
}
