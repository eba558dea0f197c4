import { describe, expect, it } from 'vitest';
import { OTHER, SHOP } from '../support/samples.ts';
import { atOnce, type OpenTable, useTable } from '../support/throwaway-table.ts';

const NOW_MS = Date.parse('2026-11-20T08:00:00.000Z');
const endpoint = { merchantId: SHOP, circuitId: 'ep_1' };

export function describeGate(name: string, openTable: OpenTable): void {
  describe(`Gate on ${name}`, () => {
    const table = useTable(openTable);
    const enter = (who: typeof endpoint, nowMs: number) =>
      table().testGate.enter(who, { nowMs, untilMs: nowMs + 10_000 });

    it('lets one in, says until when it is closed, and opens again at that moment', async () => {
      expect(await enter(endpoint, NOW_MS)).toEqual({ kind: 'entered' });
      expect(await enter(endpoint, NOW_MS + 9_999)).toEqual({ kind: 'closed', untilMs: NOW_MS + 10_000 });
      expect(await enter(endpoint, NOW_MS + 10_000)).toEqual({ kind: 'entered' });
      expect(await enter(endpoint, NOW_MS + 10_001)).toEqual({ kind: 'closed', untilMs: NOW_MS + 20_000 });
    });

    it('lets one of twenty in', async () => {
      const results = await atOnce(() => enter(endpoint, NOW_MS));
      expect(results.filter(({ kind }) => kind === 'entered')).toHaveLength(1);
    });

    it('is one for each circuit and each purpose, and touches no health', async () => {
      await enter(endpoint, NOW_MS);
      expect(await enter({ ...endpoint, merchantId: OTHER }, NOW_MS)).toEqual({ kind: 'entered' });
      expect(await enter({ ...endpoint, circuitId: 'ep_10' }, NOW_MS)).toEqual({ kind: 'entered' });
      const times = { nowMs: NOW_MS, untilMs: NOW_MS + 10_000 };
      expect(await table().laneSeats.enter(endpoint, times)).toEqual({ kind: 'entered' });
      expect(await table().health.read(endpoint)).toBeUndefined();
    });
  });
}
