import { describe, expect, it } from 'vitest';
import { endpointIdSchema } from '../../../lib/core/model.ts';
import { OTHER, SHOP } from '../support/samples.ts';
import { atOnce, type OpenTable, useTable } from '../support/throwaway-table.ts';

const NOW_MS = Date.parse('2026-11-20T08:00:00.000Z');
const endpoint = { merchantId: SHOP, endpointId: endpointIdSchema.parse('ep_1') };

export function describeTestGate(name: string, openTable: OpenTable): void {
  describe(`TestGate on ${name}`, () => {
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

    it('is one for each endpoint, and touches no health', async () => {
      await enter(endpoint, NOW_MS);
      expect(await enter({ ...endpoint, merchantId: OTHER }, NOW_MS)).toEqual({ kind: 'entered' });
      expect(await enter({ ...endpoint, endpointId: endpointIdSchema.parse('ep_10') }, NOW_MS)).toEqual({
        kind: 'entered',
      });
      expect(await table().health.read({ merchantId: SHOP, circuitId: 'ep_1' })).toBeUndefined();
    });
  });
}
