import { describe, expect, it } from 'vitest';
import { loadPlanOf } from '../../../bench/load/load-options.ts';
import { scenesOf } from '../../../bench/load/scenes.ts';

const ALL = { count: 1_000, warmUp: 200, callers: [1, 8, 64], only: [] };
const namesOf = (only: readonly string[]) => scenesOf({ ...ALL, only }).map(({ name }) => name);

describe('scenes', () => {
  it('are every way by every number of callers, a paced one, and two that show what grows', () => {
    expect(namesOf([])).toEqual([
      ...['single-1', 'single-8', 'single-64'],
      ...['batch-1', 'batch-8', 'batch-64'],
      ...['outbox-1', 'outbox-8', 'outbox-64'],
      ...['paced', 'flat-first', 'flat-later'],
    ]);
  });

  it('are chosen by way or by name', () => {
    expect(namesOf(['batch', 'single-8'])).toEqual(['single-8', 'batch-1', 'batch-8', 'batch-64']);
    expect(() => namesOf(['singel'])).toThrow(/^--only knows single, batch, .*, not singel\.$/);
  });

  it('give each caller a full batch', () => {
    const scenes = scenesOf({ ...ALL, only: ['batch'] });
    expect(scenes.map(({ count }) => count)).toEqual([1_000, 1_000, 6_400]);
  });

  it('store ten times as many before the second flat scene', () => {
    expect(scenesOf({ ...ALL, only: ['flat'] }).map(({ stored }) => stored)).toEqual([0, 10_000]);
  });
});

describe('the options of bench:load', () => {
  it.each([
    [['--count', '0'], '--count needs a number from 1 to 1000000, not 0.'],
    [['--count', '1.5'], '--count needs a number from 1 to 1000000, not 1.5.'],
    [['--callers', '1,'], '--callers needs a number from 1 to 1000'],
    [['--settle', '-1'], '--settle'],
    [['--only', 'none'], '--only knows'],
    [['--url', 'http://127.0.0.1'], 'url'],
  ])('refuse %j with the name of the option', (args, message) => {
    expect(() => loadPlanOf(args)).toThrow(message);
  });

  it('are undefined if help is wanted', () => {
    expect(loadPlanOf(['--help'])).toBeUndefined();
  });
});
