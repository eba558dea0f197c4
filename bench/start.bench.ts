import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { optionsOrExit, wholeOf } from '../bin/operating/command-options.ts';
import { memoryMb } from './load/measure/processes.ts';
import { type Budget, printBudgets } from './print/budgets.ts';
import { createProgress } from './print/progress.ts';
import { tableOf } from './print/text-table.ts';
import { coldMemoryWarning, coldPageMicros } from './start/cold-memory.ts';
import { cpuSeconds } from './start/process-tree.ts';
import { type TimedStart, timeStart } from './start/timed-start.ts';

const HELP = `Usage: npm run bench:start -- [options]

How long \`npm start\` takes until the service is ready, and what it costs at rest. "First" has no assembly and no compiled code, as
in a new clone; "again" has both. Both start in turns, each time with an empty data directory. For Linux. CPU at rest is marked NOT
COMPARABLE where the machine itself is slow after a rest.

  --rounds N   starts of either kind (3); the median counts
  --settle N   seconds from ready until the service counts as at rest (60)
  --rest N     seconds at rest during which CPU is measured (30)
  --no-demo    start without the demo
  --help       show this text
`;

const MAX_FIRST_S = 14;
const MAX_AGAIN_S = 8;
const MAX_IDLE_MIB = 300;
/** Percent of one core. */
const MAX_IDLE_CPU = 5;

interface Options {
  readonly rounds: number;
  readonly settleS: number;
  readonly restS: number;
  readonly hasDemo: boolean;
}

interface AtRest {
  readonly memoryMb: number;
  readonly cores: number;
}

async function main({ rounds, settleS, restS, hasDemo }: Options): Promise<boolean> {
  const progress = createProgress();
  const firsts: TimedStart[] = [];
  const agains: TimedStart[] = [];
  for (let round = 0; round < rounds; round += 1) {
    progress.show(round / rounds, `start ${round + 1} of ${rounds}, nothing cached`);
    firsts.push(await startAndStop(false, hasDemo));
    // The first cached start of all makes what the others find.
    if (round === 0) await startAndStop(true, hasDemo);
    progress.show((round + 0.5) / rounds, `start ${round + 1} of ${rounds}, cached`);
    agains.push(await startAndStop(true, hasDemo));
  }
  progress.show(1, `at rest for ${settleS + restS} s`);
  // The demo records orders again and again, so rest is measured without it.
  const atRest = await measureRest(settleS, restS);
  const warning = coldMemoryWarning(await coldPageMicros());
  progress.end();
  const [first, again] = [medianOf(firsts), medianOf(agains)];
  printPhases(first, again);
  if (warning !== undefined) process.stdout.write(`NOT COMPARABLE CPU at rest: ${warning}\n\n`);
  return printBudgets(budgetsOf({ first, again, atRest }));
}

async function startAndStop(isCached: boolean, hasDemo: boolean): Promise<TimedStart> {
  const start = await timeStart({ isCached, hasDemo });
  await start.stop();
  return start;
}

async function measureRest(settleS: number, restS: number): Promise<AtRest> {
  const { pids, stop } = await timeStart({ isCached: true, hasDemo: false });
  try {
    await sleep(settleS * 1000);
    const [fromS, fromMs] = [cpuSeconds(pids), performance.now()];
    await sleep(restS * 1000);
    const seconds = (performance.now() - fromMs) / 1000;
    return { memoryMb: memoryMb(pids), cores: (cpuSeconds(pids) - fromS) / seconds };
  } finally {
    await stop();
  }
}

/** The start that took the median time. */
function medianOf(starts: readonly TimedStart[]): TimedStart {
  const sorted = starts.toSorted((a, b) => a.readyMs - b.readyMs);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  if (median === undefined) throw new Error('There was no start.');
  return median;
}

function printPhases(first: TimedStart, again: TimedStart): void {
  const rows = first.phases.map(({ name, ms }, index) => [
    name,
    ms.toFixed(0),
    again.phases[index]?.ms.toFixed(0) ?? '',
  ]);
  const total = ['ready', first.readyMs.toFixed(0), again.readyMs.toFixed(0)];
  const cpu = ['CPU ms, all processes', ...[first, again].map((one) => (one.cpuSeconds * 1000).toFixed(0))];
  process.stdout.write(`${tableOf(['phase, ms', 'first', 'again'], [...rows, total, cpu])}\n`);
  process.stdout.write(`Processes that wanted a core in the last minute: ${loadavg()[0]?.toFixed(1)}\n\n`);
}

interface Found {
  readonly first: TimedStart;
  readonly again: TimedStart;
  readonly atRest: AtRest;
}

function budgetsOf({ first, again, atRest }: Found): readonly Budget[] {
  const seconds = (s: number) => `${s.toFixed(1)} s`;
  return [
    { what: 'ready, nothing cached', found: first.readyMs / 1000, max: MAX_FIRST_S, show: seconds },
    { what: 'ready, assembly cached', found: again.readyMs / 1000, max: MAX_AGAIN_S, show: seconds },
    {
      what: 'memory at rest',
      found: atRest.memoryMb,
      max: MAX_IDLE_MIB,
      show: (mib) => `${mib.toFixed(0)} MiB`,
    },
    {
      what: 'CPU at rest',
      found: atRest.cores * 100,
      max: MAX_IDLE_CPU,
      show: (percent) => `${percent.toFixed(1)} % of a core`,
    },
  ];
}

const SECONDS = { min: 0, max: 3_600 };

function readArguments() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '3' },
      settle: { type: 'string', default: '60' },
      rest: { type: 'string', default: '30' },
      'no-demo': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    rounds: wholeOf('rounds', values.rounds, { min: 1, max: 100 }),
    settleS: wholeOf('settle', values.settle, SECONDS),
    restS: wholeOf('rest', values.rest, { ...SECONDS, min: 1 }),
    hasDemo: !values['no-demo'],
    help: values.help,
  };
}

const args = optionsOrExit('npm run bench:start', readArguments);
if (args.help) process.stdout.write(HELP);
else process.exit((await main(args)) ? 0 : 1);
