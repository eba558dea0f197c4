import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { optionsOrExit, wholeOf } from '../bin/operating/command-options.ts';
import setup, { ROOT } from '../test/support/synthesized.ts';
import { openSink } from './load/measure/sink.ts';
import { loadTables } from './load/report/load-tables.ts';
import type { SceneResult } from './load/report/result.ts';
import { type Recorder, runScene } from './load/run-scene.ts';
import { type Scene, scenesOf } from './load/scenes.ts';
import { startLoadedCloud } from './load/target/local-cloud-target.ts';
import { createProgress } from './print/progress.ts';
import { createAttribution } from './profile/attribution.ts';
import { createSourceFinder } from './profile/bundle-maps.ts';
import { prepareDirectory, readProfiles } from './profile/profile-files.ts';
import { sumByKind } from './profile/profile-sums.ts';
import { profileTables } from './profile/profile-tables.ts';
import { profiledStart, profilerOf } from './profile/profiled-cloud.ts';

const HELP = `Usage: npm run bench:profile -- [options]

Runs one scene of bench:load with the CPU profiler on in every thread of the local cloud. Prints where the CPU of one
notification goes: by whose code, by folder, and by function. Start and warm-up are left out. The .cpuprofile files can be
opened in Chrome's and VS Code's tools.

  --scene S    one scene, such as single-8, batch-8, outbox-8, paced (single-8)
  --count N    outcomes (1000)
  --warm-up N  outcomes before that are not profiled (500)
  --out DIR    directory for the files (bench/results/profile); profiles of an earlier run there are deleted
  --heap       also take a heap snapshot of one thread of each kind at the end
  --help       show this text
`;

const NUMBERS = { min: 1, max: 1_000_000 };

function readArguments() {
  const { values } = parseArgs({
    options: {
      scene: { type: 'string', default: 'single-8' },
      count: { type: 'string', default: '1000' },
      'warm-up': { type: 'string', default: '500' },
      out: { type: 'string', default: 'bench/results/profile' },
      heap: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [way, callers = '1'] = values.scene.split('-');
  const isScene = way !== undefined && /^(single|batch|outbox)-\d+$|^paced$/.test(values.scene);
  if (!isScene) throw new Error(`--scene needs one such as single-8 or paced, not ${values.scene}.`);
  const [scene] = scenesOf({
    count: wholeOf('count', values.count, NUMBERS),
    warmUp: wholeOf('warm-up', values['warm-up'], NUMBERS),
    callers: [wholeOf('scene', callers, NUMBERS)],
    only: [way],
  });
  if (scene === undefined) throw new Error(`There is no scene ${values.scene}.`);
  return { scene, directory: resolve(ROOT, values.out), heap: values.heap, help: values.help };
}

async function profiled(
  scene: Scene,
  { directory, heap }: ReturnType<typeof readArguments>,
): Promise<SceneResult> {
  const progress = createProgress();
  const show = (share: number) => progress.show(share, scene.name);
  const sink = await openSink();
  const cloud = await startLoadedCloud(profiledStart(directory, heap));
  try {
    const target = scene.way === 'outbox' ? cloud.outbox : cloud.api;
    await target.prepare(sink.url);
    const recorder: Recorder = profilerOf(cloud.service.pid, directory);
    return await runScene(scene, { target, sink, onProgress: show, recorder });
  } finally {
    await cloud.stop();
    await sink.close();
    progress.end();
  }
}

async function main(args: ReturnType<typeof readArguments>): Promise<void> {
  const { scene, directory } = args;
  prepareDirectory(directory);
  await setup();
  const sourceOf = createSourceFinder();
  const result = await profiled(scene, args);
  const kinds = sumByKind(readProfiles(directory), createAttribution(ROOT, sourceOf));
  const cloud = result.cpu.find(({ process }) => process === 'local cloud') ?? {
    process: 'local cloud',
    per1000: 0,
    parts: [],
  };
  process.stdout.write(`${loadTables({ scenes: [result], memory: [] })}\n\n`);
  process.stdout.write(`${profileTables(kinds, cloud)}\n\nProfiles: ${directory}\n`);
}

const args = optionsOrExit('npm run bench:profile', readArguments);
if (args.help) process.stdout.write(HELP);
else await main(args).then(() => process.exit(0));
