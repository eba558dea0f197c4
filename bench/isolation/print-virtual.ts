import { type Budget, printBudgets } from '../print/budgets.ts';
import { tableOf } from '../print/text-table.ts';
import { percentile } from './delays.ts';
import { PROMPT } from './isolation-receivers.ts';
import { measureVirtually, type VirtualRun } from './virtual.ts';

type Scenario = Pick<VirtualRun, 'tenth' | 'timeoutMs' | 'hasOwnHosts'> & {
  /** Share of the heavy load. Default: 1. */
  readonly share?: number;
};

const HOLE = { kind: 'black-hole' } as const;
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'all ten answer': { tenth: PROMPT, timeoutMs: 10_000 },
  'the tenth never answers': { tenth: HOLE, timeoutMs: 10_000 },
  'the tenth never answers, time-out 30 s': { tenth: HOLE, timeoutMs: 30_000 },
  'the tenth answers after 9 s': { tenth: { kind: 'answers', afterMs: 9_000 }, timeoutMs: 10_000 },
  // Each transaction has its own host, so that nothing learned about one host helps with the next.
  'the tenth never answers, each time elsewhere': {
    tenth: HOLE,
    timeoutMs: 10_000,
    hasOwnHosts: true,
    share: 0.5,
  },
};
const FIRST_SECONDS = 20;

/** Runs every scenario in virtual time and prints the delays of the nine. @returns whether all are within the budget */
export async function printVirtually(options: {
  readonly seconds: number;
  readonly healthyPerSecond: number;
  readonly heavyPerSecond: number;
  /** Maximum p99, also for the first seconds, divided by that of the first scenario. */
  readonly max: number;
}): Promise<boolean> {
  const { max, heavyPerSecond, ...load } = options;
  const rows: string[][] = [];
  const budgets: Budget[] = [];
  let calmMs = Number.NaN;
  for (const [name, { share = 1, ...scenario }] of Object.entries(SCENARIOS)) {
    const run = { ...load, ...scenario, heavyPerSecond: heavyPerSecond * share };
    const { delays, missing, tenth } = await measureVirtually(run);
    const p99 = percentile(delays, 0.99);
    if (rows.length === 0) calmMs = p99;
    const atFirst = delays.filter(({ sinceMs }) => sinceMs < FIRST_SECONDS * 1000);
    const figures = [percentile(delays, 0.5), p99, percentile(delays, 1), percentile(atFirst, 0.99)];
    rows.push([
      name,
      String(delays.length),
      ...figures.map((ms) => String(Math.round(ms))),
      show(p99 / calmMs),
      String(missing),
      String(tenth.recorded),
    ]);
    const worst = Math.max(p99, percentile(atFirst, 0.99));
    const found = missing > 0 ? Number.POSITIVE_INFINITY : worst / calmMs;
    if (rows.length > 1) budgets.push({ what: `p99 while ${name}`, found, max, show });
  }
  const titles = ['virtual milliseconds from listing to request, of the nine', 'sent', 'p50', 'p99', 'max'];
  process.stdout.write(
    `${tableOf([...titles, `p99 of ${FIRST_SECONDS} s`, 'p99 ÷ calm', 'missing', 'tenth'], rows)}\n\n`,
  );
  return printBudgets(budgets);
}

const show = (ratio: number) => `${ratio.toFixed(2)}×`;
