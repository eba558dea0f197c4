import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { optionsOrExit, wholeOf } from '../bin/operating/command-options.ts';
import setup, { ROOT } from '../test/support/synthesized.ts';
import { machineMemoryMb } from './load/measure/processes.ts';
import { openSink } from './load/measure/sink.ts';
import { type ContestantResult, compare, type Plan } from './peers/comparison.ts';
import type { Contestant } from './peers/contestant.ts';
import { type PeerSettings, readPeersFile } from './peers/file/peers-file.ts';
import { openPeer } from './peers/peer-contestant.ts';
import { peerBudgets } from './peers/print/peer-budgets.ts';
import { peerTables } from './peers/print/peer-tables.ts';
import { startTidings } from './peers/tidings-contestant.ts';
import { type Budget, printBudgets } from './print/budgets.ts';
import { createProgress } from './print/progress.ts';

const HELP = `Usage: npm run bench:peers -- --peers peers.json [options]

Gives Tidings and services of other products the same load in turns, and prints what they need and the ratios. The others
must already run on this machine. docs/guides/peers.md shows the file that names them.

  --peers FILE     the peers: product, address, key, processes (required)
  --count N        messages of one burst (1500)
  --callers N      callers of a burst (16)
  --rounds N       bursts of each service, in turns (3)
  --warm-up N      messages before each burst that are not measured (200)
  --per-second N   rate of the paced scene (10)
  --paced N        messages of the paced scene (300; 0 leaves it out)
  --lost N         messages that the receiver loses, to be found again (3; 0 leaves it out)
  --killed N       messages of the trial with SIGKILL (1000; 0 leaves it out)
  --out FILE       where the results are written (bench/results/peers.json)
  --help           show this text

A peer that is down or refuses its key ends its own part with one sentence. The run goes on with the others. It ends with
status 1 if one was not measured to the end, if messages are missing, or if a figure is over its budget.
`;

const MAX_COUNT = 1_000_000;
const MAX_CALLERS = 1_000;
const MAX_ROUNDS = 100;
const MAX_PER_SECOND = 1_000;

interface Arguments {
  readonly help: boolean;
  readonly out: string;
  readonly peers: readonly PeerSettings[];
  readonly plan: Plan;
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      peers: { type: 'string' },
      count: { type: 'string', default: '1500' },
      callers: { type: 'string', default: '16' },
      rounds: { type: 'string', default: '3' },
      'warm-up': { type: 'string', default: '200' },
      'per-second': { type: 'string', default: '10' },
      paced: { type: 'string', default: '300' },
      lost: { type: 'string', default: '3' },
      killed: { type: 'string', default: '1000' },
      out: { type: 'string', default: join(ROOT, 'bench/results/peers.json') },
      help: { type: 'boolean', default: false },
    },
  });
  const whole = (option: keyof typeof values, min: number, max: number) =>
    wholeOf(option, String(values[option]), { min, max });
  const plan: Plan = {
    count: whole('count', 1, MAX_COUNT),
    callers: whole('callers', 1, MAX_CALLERS),
    rounds: whole('rounds', 1, MAX_ROUNDS),
    warmUp: whole('warm-up', 0, MAX_COUNT),
    paced: whole('paced', 0, MAX_COUNT),
    perSecond: whole('per-second', 1, MAX_PER_SECOND),
    lost: whole('lost', 0, MAX_COUNT),
    killed: whole('killed', 0, MAX_COUNT),
  };
  if (plan.lost > plan.count) throw new Error(`--lost cannot be more than --count, which is ${plan.count}.`);
  return { help: values.help, out: values.out, plan, peers: values.help ? [] : peersOf(values.peers) };
}

function peersOf(file: string | undefined): readonly PeerSettings[] {
  if (file === undefined) throw new Error('--peers needs a file that names the services to compare with.');
  return readPeersFile(file);
}

const say = (sentence: string) => void process.stderr.write(`\n${sentence}\n`);

async function main({ peers, plan, out }: Arguments): Promise<boolean> {
  const progress = createProgress();
  const sink = await openSink();
  const contestants: Contestant[] = [];
  try {
    contestants.push(...(await openPeers(peers, sink.url)));
    if (contestants.length === 0) {
      say('No service is left to compare with. Tidings was not measured: npm run bench:load does so alone.');
      return false;
    }
    progress.show(0, 'starting Tidings');
    await setup();
    const tidings = await startTidings(sink.url);
    contestants.unshift(tidings);
    const onProgress = (share: number, doing: string) => progress.show(share, doing);
    const results = await compare(contestants, plan, { sink, onProgress, onFault: say });
    progress.end();
    process.stdout.write(`${peerTables(results, tidings.target.name)}\n\n`);
    write(out, { plan, results });
    const isWithin = printBudgets(budgetsOf(results, tidings.target.name));
    return isWithin && contestants.length > peers.length && results.every(isWhole);
  } finally {
    progress.end();
    for (const { target, close } of contestants) {
      await close().catch((error: Error) => say(`${target.name} was not cleaned up: ${error.message}`));
    }
    await sink.close();
  }
}

/** The peers that answer. Of each other, says why not. */
async function openPeers(peers: readonly PeerSettings[], sinkUrl: string): Promise<readonly Contestant[]> {
  const run = randomBytes(4).toString('hex');
  const present: Contestant[] = [];
  for (const peer of peers) {
    try {
      present.push(await openPeer(peer, { run, sinkUrl }));
    } catch (error) {
      say((error as Error).message);
    }
  }
  return present;
}

function budgetsOf(results: readonly ContestantResult[], ownName: string): readonly Budget[] {
  const own = results.find(({ name }) => name === ownName);
  return own === undefined
    ? []
    : peerBudgets(
        own,
        results.filter((result) => result !== own),
      );
}

/** Measured to the end, and nothing lost without a kill. */
function isWhole({ fault, bursts, batches, paced }: ContestantResult): boolean {
  const scenes = [...bursts, ...batches, ...(paced === undefined ? [] : [paced])];
  return fault === undefined && scenes.every(({ missing }) => missing === 0);
}

function write(
  out: string,
  result: { readonly plan: Plan; readonly results: readonly ContestantResult[] },
): void {
  const machine = {
    platform: process.platform,
    processors: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryMb: machineMemoryMb(),
    node: process.version,
  };
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify({ at: new Date().toISOString(), machine, ...result }, null, 2)}\n`);
}

const args = optionsOrExit('npm run bench:peers', readArguments);
if (args.help) process.stdout.write(HELP);
else process.exit((await main(args)) ? 0 : 1);
