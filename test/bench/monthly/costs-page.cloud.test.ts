import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { costsPage, IDLE_MERCHANTS, idleMonth, merchantMonth } from '../../../bench/monthly/costs-page.ts';
import { fixedParts, memoryOf } from '../../../bench/monthly/fixed-parts.ts';
import { driftOf, readMeasured } from '../../../bench/monthly/measured.ts';
import { METRIC_UNITS } from '../../../lib/metric-names.ts';

const page = {
  measured: readMeasured(),
  parts: fixedParts(),
  options: { memoryMb: memoryOf(), receiverMs: 150 },
};

describe('the page of costs', () => {
  it('is what prices, template and the last measurement make it: npm run bench:cost -- --write', () => {
    const kept = readFileSync(new URL('../../../docs/costs.md', import.meta.url), 'utf8');
    expect(kept).toBe(costsPage(page));
  });

  it('changes with the template: a further alarm, secret, dashboard or polled queue shows', () => {
    for (const name of ['alarmMetrics', 'secrets', 'customerKeys', 'polledQueues'] as const) {
      const more = { ...page, parts: { ...page.parts, [name]: page.parts[name] + 1 } };
      expect(costsPage(more)).not.toBe(costsPage(page));
    }
  });

  it('counts in the template all that is billed without traffic', () => {
    expect(page.parts).toEqual({
      alarmMetrics: 28,
      secrets: 2,
      customerKeys: 1,
      dashboards: 1,
      polledQueues: 4,
    });
  });

  it('counts as custom metrics without traffic those that the timers report, and no others', () => {
    expect(page.measured.idleMetrics).toEqual([
      'AuditBehind',
      'CloseBehind',
      'StatementBehind',
      'SweepBehind',
    ]);
    expect(Object.keys(METRIC_UNITS)).toEqual(expect.arrayContaining([...page.measured.trafficMetrics]));
  });

  it('is within the budgets: $8 a month without traffic, $30 more for 10,000 idle merchants', () => {
    expect(idleMonth(page)).toBeLessThanOrEqual(8);
    expect(merchantMonth(page) * IDLE_MERCHANTS).toBeLessThanOrEqual(30);
  });

  it('is out of date if a count differs by more than a twentieth; processor time does not count', () => {
    const kept = page.measured.byRate['10000'];
    const changed = (change: object) => {
      const deliver = kept.used.get('deliver');
      if (deliver === undefined) throw new Error('Nothing was delivered.');
      return { ...kept, used: new Map([...kept.used, ['deliver', { ...deliver, ...change }] as const]) };
    };
    expect(driftOf(kept, changed({ processorMs: 1_000 }))).toEqual([]);
    expect(driftOf(kept, changed({ writeUnits: 1.04 }))).toEqual([]);
    expect(driftOf(kept, changed({ writeUnits: 1.06 }))).toEqual(['deliver writeUnits: 1 → 1.06']);
    expect(driftOf(kept, changed({ schedules: 0.01 }))).toEqual(['deliver schedules: 0 → 0.01']);
  });
});
