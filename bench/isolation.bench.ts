import { parseArgs } from 'node:util';
import setup from '../test/support/synthesized.ts';
import { type Delay, percentile } from './isolation/delays.ts';
import { PROMPT } from './isolation/isolation-receivers.ts';
import { printVirtually } from './isolation/print-virtual.ts';
import { type Measured, runScenario, type Scenario } from './isolation/scenario.ts';
import { type Budget, printBudgets } from './print/budgets.ts';
import { createProgress } from './print/progress.ts';
import { tableOf } from './print/text-table.ts';

const HELP = `Usage: npm run bench:isolation -- [options]

Promise 6: one merchant's dead or slow endpoint delays no other. Ten merchants with a receiver each on the local
service, in a process of its own; the tenth has ten times the load of the others. From the moment at which it falls
silent, how long does it take from the listing of a healthy merchant's outcome to the first request at its receiver?
The calm case comes first and last, and shows how much this machine's noise is.

The local queues serve merchants in turn, strictly: a stand-in for the fair queues of SQS, which watch who has too much in
flight. Instances are threads of this machine: with as many as the template allows, they share its processors.

With --virtual nothing of this machine counts: the same use cases on memory adapters under a virtual clock. Messages are
handed out in the order in which they came, and every instance has run before the tenth turns bad.

  --seconds N   of each scenario, after its warm-up (60)
  --rate N      outcomes a second of each of the nine (1)
  --workers N   instances of a function for each event source (50, as the template has it)
  --virtual     in virtual time, within seconds; the tenth has 25 times the load of the others
  --help        this text
`;

const HEAVIER = 10;
const VIRTUALLY_HEAVIER = 25;
/** In which the service finds out; what comes after is shown apart. */
const ONSET_MS = 20_000;
const MOST = 1.2;

const CALM: Scenario = { name: 'all ten answer', tenth: PROMPT };
const BLACK_HOLE: Scenario = { name: 'the tenth never answers', tenth: { kind: 'black-hole' } };
const SLOW: Scenario = { name: 'the tenth answers after 9 s', tenth: { kind: 'answers', afterMs: 9_000 } };

interface Settings {
  readonly seconds: number;
  readonly rate: number;
  readonly workers: number;
}

async function main({ seconds, rate, workers }: Settings): Promise<boolean> {
  await setup();
  const progress = createProgress();
  const load = { healthyPerSecond: rate, heavyPerSecond: rate * HEAVIER };
  const run = (scenario: Scenario, name = scenario.name) =>
    runScenario(scenario, {
      load,
      seconds,
      workers,
      onProgress: (share) => progress.show(share, name),
    });
  const before = await run(CALM);
  const blackHole = await run(BLACK_HOLE);
  const slow = await run(SLOW);
  const after = await run(CALM, `${CALM.name}, again`);
  progress.end();
  const calm = [...before.delays, ...after.delays];
  const ratio = ({ delays, missing }: Pick<Measured, 'delays' | 'missing'>) =>
    missing > 0 ? Number.POSITIVE_INFINITY : percentile(delays, 0.99) / percentile(calm, 0.99);

  const row = (name: string, measured: Measured) => [
    name,
    ...columnsOf(measured.delays),
    show(ratio(measured)),
    ...columnsOf(measured.delays.filter(({ sinceMs }) => sinceMs < ONSET_MS)).slice(2, 3),
    ...columnsOf(measured.delays.filter(({ sinceMs }) => sinceMs >= ONSET_MS)).slice(2, 3),
    String(measured.missing),
    `${measured.tenth.attempted} of ${measured.tenth.recorded}`,
  ];
  const titles = [
    'milliseconds from listing to request, of the nine',
    'told',
    'p50',
    'p99',
    'most',
    'p99 ÷ calm',
    'p99 at first',
    'p99 later',
    'missing',
    'tenth told',
  ];
  const rows = [
    row(CALM.name, before),
    row(BLACK_HOLE.name, blackHole),
    row(SLOW.name, slow),
    row(`${CALM.name}, again`, after),
  ];
  process.stdout.write(`${tableOf(titles, rows)}\n\n`);
  const noise = [before, after].map(({ delays }) => percentile(delays, 0.99));
  const noiseRatio = Math.max(...noise) / Math.min(...noise);
  process.stdout.write(
    `At first: the ${ONSET_MS / 1000} s in which the service finds out. The two calm runs differ by ${show(noiseRatio)}` +
      `${noiseRatio > MOST ? ': more than is to be measured. Run it again on a quieter machine.' : '.'}\n\n`,
  );
  const budgets: readonly Budget[] = [
    { what: `p99 while ${BLACK_HOLE.name}`, found: ratio(blackHole), most: MOST, show },
    { what: `p99 while ${SLOW.name}`, found: ratio(slow), most: MOST, show },
  ];
  return printBudgets(budgets);
}

const show = (ratio: number) => `${ratio.toFixed(2)}×`;

function columnsOf(delays: readonly Delay[]): readonly string[] {
  const most = percentile(delays, 1);
  return [
    delays.length,
    ...[percentile(delays, 0.5), percentile(delays, 0.99), most].map((ms) => Math.round(ms)),
  ].map(String);
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '1' },
    workers: { type: 'string', default: '50' },
    virtual: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const { seconds, rate, workers, virtual, help } = values;
if (help) process.stdout.write(HELP);
else if (virtual) {
  const load = { healthyPerSecond: Number(rate), heavyPerSecond: Number(rate) * VIRTUALLY_HEAVIER };
  process.exit((await printVirtually({ ...load, seconds: Number(seconds), most: MOST })) ? 0 : 1);
} else {
  const isWithin = await main({
    seconds: Number(seconds),
    rate: Number(rate),
    workers: Number(workers),
  });
  process.exit(isWithin ? 0 : 1);
}
