import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { fillStore, openDay, spread } from '../../../bench/day-of-outcomes.ts';

/** The cost of finding `lost` missing outcomes among the `outcomes` of a day. */
async function find(outcomes: number, lost: number) {
  const day = await openDay(outcomes);
  const db = new DatabaseSync(':memory:');
  const missing = spread(lost, outcomes);
  await fillStore(
    day,
    db,
    Array.from({ length: outcomes }, (_, index) => index).filter((index) => !missing.has(index)),
  );
  const receiver = day.receiver(db);
  const report = await receiver.reconcile();
  expect(report).toMatchObject({ applied: lost, acknowledged: lost, unsettled: 0 });
  expect((await receiver.compare())?.isEqual).toBe(true);
  db.close();
  return report;
}

describe('what reconciling costs', () => {
  it('keeps to the budget for three lost outcomes, and needs no more for a day with ten times as many', async () => {
    const large = await find(20_000, 3);
    expect(large.requests).toBeLessThanOrEqual(20);
    expect(large.bytes).toBeLessThanOrEqual(200_000);
    const small = await find(2_000, 3);
    expect(large.requests).toBeLessThanOrEqual(small.requests + 3);
  });

  it('grows with what was lost', async () => {
    const [few, many] = [await find(10_000, 2), await find(10_000, 8)];
    expect(many.requests).toBeLessThanOrEqual(4 * few.requests);
  });
});
