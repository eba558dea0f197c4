import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { optionsOrExit, wholeOf } from '../bin/command-options.ts';
import setup, { ROOT } from '../test/support/synthesized.ts';
import { watchMemory } from './load/measure/memory-watch.ts';
import { machineMemoryMb, unreadableBecause } from './load/measure/processes.ts';
import { openSink, type Sink } from './load/measure/sink.ts';
import { loadTables } from './load/report/load-tables.ts';
import type { LoadResult, MemoryResult, SceneResult } from './load/report/result.ts';
import { runScene, watchedBy } from './load/run-scene.ts';
import { type Scene, scenesOf, WAYS } from './load/scenes.ts';
import { startLoadedCloud } from './load/target/local-cloud-target.ts';
import { createProgress } from './print/progress.ts';

const HELP = `Usage: npm run bench:load -- [options]

Runs the local cloud as npm start does, records outcomes, and measures how soon their first attempts reach a receiver in
another process, what all processes cost, and their memory.

  --only S       scenes: ${WAYS.join(', ')}, or one such as single-8; several with commas (all)
  --count N      outcomes of each scene (1000)
  --callers N    numbers of callers, with commas (1,8,64)
  --warm-up N    outcomes before each scene that are not measured: they start instances (200)
  --settle N     seconds after the load until memory is read again (120)
  --out FILE     where the results are written (bench/results/load.json)
  --help         show this text
`;

const MAX_COUNT = 1_000_000;
const MAX_CALLERS = 1_000;
const MAX_SETTLE_SECONDS = 3_600;

function readArguments() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      count: { type: 'string', default: '1000' },
      callers: { type: 'string', default: '1,8,64' },
      'warm-up': { type: 'string', default: '200' },
      settle: { type: 'string', default: '120' },
      out: { type: 'string', default: join(ROOT, 'bench/results/load.json') },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    help: values.help,
    out: values.out,
    settleSeconds: wholeOf('settle', values.settle, { min: 0, max: MAX_SETTLE_SECONDS }),
    scenes: scenesOf({
      count: wholeOf('count', values.count, { min: 1, max: MAX_COUNT }),
      warmUp: wholeOf('warm-up', values['warm-up'], { min: 0, max: MAX_COUNT }),
      callers: values.callers
        .split(',')
        .map((text) => wholeOf('callers', text, { min: 1, max: MAX_CALLERS })),
      only: values.only.split(',').filter((name) => name !== ''),
    }),
  };
}

interface WayRun {
  readonly scenes: readonly SceneResult[];
  readonly memory: readonly MemoryResult[];
}

async function runWay(scenes: readonly Scene[], { sink, settleSeconds, show }: WayPlan): Promise<WayRun> {
  const [first] = scenes;
  if (first === undefined) return { scenes: [], memory: [] };
  show(first.name, 0);
  const cloud = await startLoadedCloud();
  try {
    const target = first.way === 'outbox' ? cloud.outbox : cloud.api;
    await target.prepare(sink.url);
    const memory = watchMemory(watchedBy({ target, sink }));
    const results: SceneResult[] = [];
    for (const scene of scenes) {
      results.push(await runScene(scene, { target, sink, onProgress: (share) => show(scene.name, share) }));
    }
    if (first.way === 'flat' && settleSeconds > 0) {
      show(`waiting ${settleSeconds} s for memory`, 1);
      await sleep(settleSeconds * 1000);
      memory.settled();
    }
    return { scenes: results, memory: memory.end(first.way) };
  } finally {
    await cloud.stop();
  }
}

interface WayPlan {
  readonly sink: Sink;
  readonly settleSeconds: number;
  readonly show: (doing: string, share: number) => void;
}

async function main({ scenes, settleSeconds, out }: ReturnType<typeof readArguments>): Promise<boolean> {
  await setup();
  const progress = createProgress();
  const sink = await openSink();
  const runs: WayRun[] = [];
  const show = (doing: string, share: number) => progress.show(share, doing);
  try {
    for (const way of WAYS) {
      runs.push(
        await runWay(
          scenes.filter((scene) => scene.way === way),
          { sink, settleSeconds, show },
        ),
      );
    }
  } finally {
    await sink.close();
    progress.end();
  }
  const result: LoadResult = {
    at: new Date().toISOString(),
    machine: {
      platform: process.platform,
      processors: availableParallelism(),
      processor: cpus()[0]?.model ?? 'unknown',
      memoryMb: machineMemoryMb(),
      node: process.version,
    },
    scenes: runs.flatMap((run) => run.scenes),
    memory: runs.flatMap((run) => run.memory),
  };
  process.stdout.write(`${loadTables(result)}\n`);
  const unreadable = unreadableBecause();
  if (unreadable !== undefined) process.stdout.write(`${unreadable}.\n`);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`);
  return result.scenes.every(({ missing }) => missing === 0);
}

const args = optionsOrExit('npm run bench:load', readArguments);
if (args.help) process.stdout.write(HELP);
else process.exit((await main(args)) ? 0 : 1);
