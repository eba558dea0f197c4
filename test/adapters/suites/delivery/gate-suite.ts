import { describe, expect, it } from 'vitest';
import { OTHER, SHOP } from '../../support/samples.ts';
import { atOnce, type OpenTable, useTable } from '../../support/throwaway-table.ts';

const NOW_MS = Date.parse('2026-11-20T08:00:00.000Z');
const place = { merchantId: SHOP, name: 'test#ep_1' };

export function describeGate(name: string, openTable: OpenTable): void {
  describe(`Gate on ${name}`, () => {
    const table = useTable(openTable);
    const enter = (where: typeof place, nowMs: number) =>
      table().gate.enter(where, { nowMs, untilMs: nowMs + 10_000 });

    it('lets one in, says until when it is closed, and opens again at that moment', async () => {
      expect(await enter(place, NOW_MS)).toEqual({ kind: 'entered' });
      expect(await enter(place, NOW_MS + 9_999)).toEqual({ kind: 'closed', untilMs: NOW_MS + 10_000 });
      expect(await enter(place, NOW_MS + 10_000)).toEqual({ kind: 'entered' });
      expect(await enter(place, NOW_MS + 10_001)).toEqual({ kind: 'closed', untilMs: NOW_MS + 20_000 });
    });

    it('lets one of twenty in', async () => {
      const results = await atOnce(() => enter(place, NOW_MS));
      expect(results.filter(({ kind }) => kind === 'entered')).toHaveLength(1);
    });

    it('is one for each place of each merchant', async () => {
      await enter(place, NOW_MS);
      expect(await enter({ ...place, merchantId: OTHER }, NOW_MS)).toEqual({ kind: 'entered' });
      expect(await enter({ ...place, name: 'test#ep_10' }, NOW_MS)).toEqual({ kind: 'entered' });
    });

    it('is opened by the one who closed it, and not by one whose time is over', async () => {
      await table().gate.leave(place, NOW_MS);
      await enter(place, NOW_MS);
      await table().gate.leave({ ...place, merchantId: OTHER }, NOW_MS + 10_000);
      await table().gate.leave(place, NOW_MS + 9_000);
      expect((await enter(place, NOW_MS)).kind).toBe('closed');
      await table().gate.leave(place, NOW_MS + 10_000);
      expect(await enter(place, NOW_MS + 1)).toEqual({ kind: 'entered' });
      await table().gate.leave(place, NOW_MS + 10_000);
      expect((await enter(place, NOW_MS + 2)).kind).toBe('closed');
    });
  });
}
