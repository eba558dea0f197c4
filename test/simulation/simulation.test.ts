import { describe, expect, it } from 'vitest';
import { runSeed } from './run-seed.ts';

/** A sample of `npm run simulate`: other seeds each day, and always the same ones beside them. `.ci/run` runs hundreds. */
const SEEDS = 6;
const TODAY = Math.floor(Date.now() / 86_400_000) * 1_000;

describe('a storm in which everything breaks', () => {
  it.each([
    ['the first seeds', 1],
    [`the seeds of today, from ${TODAY}`, TODAY],
  ])('loses nothing, leaks nothing, and breaks no promise: %s', async (_title, from) => {
    const total = { crashes: 0, recorded: 0, duplicates: 0 };
    for (let seed = from; seed < from + SEEDS; seed += 1) {
      const result = await runSeed(seed);
      expect({ seed, lost: result.lost, leaked: result.leaked, broken: result.broken }).toEqual({
        seed,
        lost: 0,
        leaked: 0,
        broken: [],
      });
      total.crashes += result.crashes;
      total.recorded += result.recorded;
      total.duplicates += result.duplicates;
    }
    // A storm in which nothing happened would prove nothing.
    expect(total.crashes).toBeGreaterThan(SEEDS);
    expect(total.recorded).toBeGreaterThan(SEEDS * 10);
    expect(total.duplicates).toBeGreaterThan(0);
  });

  // In this seed, a shop acknowledges a notification only in its last reconciliation. Few seeds have that.
  it('counts what a shop acknowledges in its last reconciliation, before it compares', async () => {
    const { leaked, broken } = await runSeed(1148);
    expect({ leaked, broken }).toEqual({ leaked: 0, broken: [] });
  });

  it('runs the same again from the same seed', async () => {
    expect(await runSeed(7)).toEqual(await runSeed(7));
  });
});
