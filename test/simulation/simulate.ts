import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { runSeed, type SeedResult, type Without } from './run-seed.ts';

const HELP = `Usage: npm run simulate -- [options]

Runs the real use cases under a virtual clock. Functions die at any await. Calls fail before their effect, after it, twice
or late. Messages come twice, late, out of order or never. Receivers go down, stall, return errors, redirect, answer
wrongly, move, and answer 410. People change endpoints and redeliver. Some runs go further: a crowded lane, a stream that
stops, an endpoint that is dead for days, banks that die before they record the end, merchants that use the receiver kit, one that is erased.
After the storm each run drains. Then it checks every promise against what is left.

  --seeds N      how many runs (1,000)
  --from N       the first seed (1); --seeds 1 --from N replays one
  --every N      only seeds that are multiples of N: some of these cases are in every third, fourth, seventh or thirteenth seed
  --without X    turn a safety net off: sweep, audit (may be given twice)
  --fail-fast    stop at the first broken promise
  --help         this text
`;

interface Task {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly without: Without;
}

/** Seeds of one worker; each result goes to the main thread as it comes. */
async function work({ from, to, step, without }: Task): Promise<void> {
  for (let seed = from; seed < to; seed += step) parentPort?.postMessage(await runSeed(seed, without));
}

const NETS: readonly string[] = ['sweep', 'audit'];

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: 'string', default: '1000' },
        from: { type: 'string' },
        every: { type: 'string', default: '1' },
        without: { type: 'string', multiple: true, default: [] },
        'fail-fast': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    for (const name of ['seeds', 'from', 'every'] as const) {
      const value = values[name];
      if (value !== undefined && !/^[1-9]\d*$/.test(value)) {
        throw new Error(`--${name} must be a whole number from 1, not ${value}`);
      }
    }
    const unknown = values.without.find((net) => !NETS.includes(net));
    if (unknown !== undefined) throw new Error(`--without must be sweep or audit, not ${unknown}`);
    return values;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nnpm run simulate -- --help shows all options.\n`);
    process.exit(2);
  }
}

async function main(): Promise<void> {
  const values = readOptions();
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const seeds = Number(values.seeds);
  const every = Number(values.every);
  const from = Number(values.from ?? every);
  const without = { sweep: values.without.includes('sweep'), audit: values.without.includes('audit') };
  const total = {
    seeds: 0,
    steps: 0,
    crashes: 0,
    recorded: 0,
    attempts: 0,
    duplicates: 0,
    lost: 0,
    leaked: 0,
  };
  const workers = Math.min(availableParallelism(), seeds);
  let failing = 0;

  const take = (result: SeedResult) => {
    total.seeds += 1;
    for (const name of [
      'steps',
      'crashes',
      'recorded',
      'attempts',
      'duplicates',
      'lost',
      'leaked',
    ] as const) {
      total[name] += result[name];
    }
    if (result.broken.length > 0) {
      failing += 1;
      process.stdout.write(
        `seed ${result.seed} (replay: npm run simulate -- --seeds 1 --from ${result.seed})\n`,
      );
      for (const sentence of result.broken.slice(0, 5)) process.stdout.write(`  ${sentence}\n`);
    }
    progress(total.seeds, seeds, failing);
  };

  await Promise.all(
    Array.from({ length: workers }, (_, index) => {
      const to = from + seeds * every;
      const task: Task = { from: from + index * every, to, step: workers * every, without };
      const worker = new Worker(new URL(import.meta.url), { workerData: task });
      return new Promise<void>((resolve, reject) => {
        worker.on('message', (result: SeedResult) => {
          take(result);
          if (failing > 0 && values['fail-fast']) finish(total, failing);
        });
        worker.once('error', reject);
        worker.once('exit', () => resolve());
      });
    }),
  );
  finish(total, failing);
}

function finish(total: Readonly<Record<string, number>>, failing: number): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  const counts = Object.entries(total).map(([name, count]) => `${name} ${count.toLocaleString('en-US')}`);
  process.stdout.write(`${counts.join(' · ')}\n`);
  process.exit(failing > 0 ? 1 : 0);
}

const BAR = 30;
function progress(done: number, all: number, failing: number): void {
  if (!process.stderr.isTTY) return;
  const filled = Math.round((done / all) * BAR);
  const bar = '█'.repeat(filled).padEnd(BAR, '░');
  process.stderr.write(`\r${bar} ${done}/${all} seeds${failing > 0 ? ` · ${failing} broken` : ''}`);
}

if (isMainThread) await main();
else await work(workerData as Task);
