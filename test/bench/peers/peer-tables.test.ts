import { describe, expect, it } from 'vitest';
import type { SceneResult } from '../../../bench/load/report/result.ts';
import type { ContestantResult } from '../../../bench/peers/comparison.ts';
import { bestOf, FIGURES, ratioOf } from '../../../bench/peers/print/figures.ts';
import { peerBudgets } from '../../../bench/peers/print/peer-budgets.ts';
import { peerTables } from '../../../bench/peers/print/peer-tables.ts';

const delays = (p50: number, p99: number) => ({ p50, p99, p999: p99, max: p99 });

function sceneOf(changes: Partial<SceneResult> = {}): SceneResult {
  return {
    name: 'single',
    target: 'x',
    count: 1_000,
    callers: 16,
    batch: 1,
    acceptedPerSecond: 100,
    deliveredPerSecond: 100,
    accepted: delays(1, 2),
    delivered: delays(10, 20),
    missing: 0,
    repeated: 0,
    backlog: 0,
    cpu: [{ process: 'server', per1000: 2, parts: [] }],
    warnings: [],
    notes: [],
    ...changes,
  };
}

function resultOf(name: string, changes: Partial<ContestantResult> = {}): ContestantResult {
  return {
    name,
    bursts: [sceneOf()],
    batches: [],
    paced: sceneOf({ name: 'paced' }),
    memory: [],
    found: undefined,
    foundAmongMany: undefined,
    killed: undefined,
    fault: undefined,
    ...changes,
  };
}

const figure = (title: string) => {
  const found = FIGURES.find((one) => one.title === title);
  if (found === undefined) throw new Error(`no figure ${title}`);
  return found;
};

const rates = (...perSecond: readonly number[]) =>
  perSecond.map((acceptedPerSecond) => sceneOf({ acceptedPerSecond }));
const costs = (per1000: number) => [sceneOf({ cpu: [{ process: 'server', per1000, parts: [] }] })];

describe('the ratios', () => {
  it('divide the medians of the rounds', () => {
    const own = resultOf('tidings', { bursts: rates(10, 50, 90) });
    const other = resultOf('outpost', { bursts: rates(400, 100, 90) });
    expect(ratioOf(figure('accepted/s'), own, other)).toBe(0.5);
  });

  it('take the best peer of each figure: the highest rate, the lowest cost', () => {
    const fast = resultOf('fast', { bursts: rates(300) });
    const cheap = resultOf('cheap', { bursts: costs(1) });
    expect(bestOf(figure('accepted/s'), [cheap, fast])?.name).toBe('fast');
    expect(bestOf(figure('CPU s per 1,000'), [fast, cheap])?.name).toBe('cheap');
  });

  it('are absent where one side was not measured', () => {
    const own = resultOf('tidings');
    expect(
      ratioOf(figure('CPU s per 1,000'), own, resultOf('x', { bursts: [sceneOf({ cpu: [] })] })),
    ).toBeNaN();
    expect(ratioOf(figure('paced p50, ms'), own, resultOf('x', { paced: undefined }))).toBeNaN();
    expect(bestOf(figure('memory, MB'), [resultOf('x')])).toBeUndefined();
  });

  it('leave the load generator and the sink out of the cost', () => {
    const bench = ['load generator', 'sink'].map((process) => ({ process, per1000: 100, parts: [] }));
    const cpu = [{ process: 'server', per1000: 2, parts: [] }, ...bench];
    expect(figure('CPU s per 1,000').of(resultOf('x', { bursts: [sceneOf({ cpu })] }))).toBe(2);
  });
});

describe('the tables', () => {
  const found = { found: 3, lost: 3, among: 4_500, requests: 18, bytes: 900_000 };
  const tables = peerTables(
    [
      resultOf('tidings', {
        bursts: costs(12),
        batches: costs(4),
        found: { ...found, requests: 9, bytes: 30_000 },
        foundAmongMany: { requests: 15, bytes: 60_000 },
        killed: { accepted: 990, refused: 10, lost: 0, repeated: 4, recoveredSeconds: 12.2 },
      }),
      resultOf('outpost', { bursts: costs(3), found, foundAmongMany: { requests: 100, bytes: 20_000_000 } }),
      resultOf('svix', { bursts: [], paced: undefined, fault: 'svix does not answer.' }),
    ],
    'tidings',
  );
  const lines = tables.split('\n');

  it('show the ratio to each peer that was measured, and to the best one', () => {
    const [title, , ...rows] = lines.slice(lines.findIndex((line) => line.startsWith('tidings divided by')));
    const column = (title ?? '').split(/ {2,}/).indexOf('CPU s per 1,000');
    const cell = (row: string | undefined) => row?.split(/ {2,}/)[column];
    expect(rows.slice(0, 2).map(cell)).toEqual(['4.00×', '4.00×']);
    expect(rows[0]).toMatch(/^outpost /);
    expect(rows[1]).toMatch(/^the best peer of each column /);
  });

  it('show batches in a row of their own', () => {
    expect(lines.some((line) => /^tidings, batches .* 4\.00 /.test(line))).toBe(true);
  });

  it('show what it costs to find lost ones, and what a kill did', () => {
    expect(tables).toMatch(/^tidings +3 of 3 in 4,500 +9 +30 +15 +60 +990 +0 +4 +13$/m);
    expect(tables).toMatch(/^outpost +3 of 3 in 4,500 +18 +900 +100 +20,000 +– +– +– +–$/m);
  });

  it('say which contestant was not measured to the end, and why', () => {
    expect(lines.at(-1)).toBe('NOT MEASURED TO THE END svix does not answer.');
  });
});

describe('the budgets', () => {
  const foundOf = (own: ContestantResult, ...peers: readonly ContestantResult[]) =>
    Object.fromEntries(peerBudgets(own, peers).map(({ what, found }) => [what, found]));

  it('compare each figure with the best peer', () => {
    const own = resultOf('tidings', {
      bursts: [
        sceneOf({ cpu: [{ process: 'local cloud', per1000: 12, parts: [] }], deliveredPerSecond: 50 }),
      ],
      batches: costs(4),
    });
    const fast = resultOf('fast', { bursts: [sceneOf({ deliveredPerSecond: 400 })] });
    const cheap = resultOf('cheap', { bursts: costs(1) });
    expect(foundOf(own, fast, cheap)).toEqual({
      'CPU per 1,000, of the best peer': 12,
      'the same in batches': 4,
      "the best peer's delivered/s, of its own": 8,
      'paced p50': 10,
    });
  });

  it('leave out what was not measured', () => {
    const own = resultOf('tidings', { paced: undefined });
    expect(foundOf(own, resultOf('down', { bursts: [], paced: undefined }))).toEqual({});
  });
});
