import { setTimeout as sleep } from 'node:timers/promises';
import { watchMemory } from './measure/memory-watch.ts';
import type { Sink } from './measure/sink.ts';
import type { MemoryResult, SceneResult } from './report/result.ts';
import { runScene, watchedBy } from './run-scene.ts';
import { type Scene, WAYS } from './scenes.ts';
import { startLoadedCloud } from './target/local-cloud-target.ts';

export interface WaysRun {
  readonly scenes: readonly SceneResult[];
  readonly memory: readonly MemoryResult[];
}

interface WaysPlan {
  readonly scenes: readonly Scene[];
  readonly sink: Sink;
  readonly settleSeconds: number;
  /** Called with what is running, and the share of it that is done, 0 to 1. */
  readonly show: (doing: string, share: number) => void;
}

/** Runs the scenes, those of each way on a local cloud of their own. */
export async function runWays(plan: WaysPlan): Promise<WaysRun> {
  const runs: WaysRun[] = [];
  for (const way of WAYS) {
    const scenes = plan.scenes.filter((scene) => scene.way === way);
    if (scenes.length > 0) runs.push(await runWay(scenes, plan));
  }
  return { scenes: runs.flatMap((run) => run.scenes), memory: runs.flatMap((run) => run.memory) };
}

async function runWay(scenes: readonly Scene[], { sink, settleSeconds, show }: WaysPlan): Promise<WaysRun> {
  const way = scenes[0]?.way ?? '';
  show(`${way}: starting the local cloud`, 0);
  const cloud = await startLoadedCloud();
  try {
    const target = way === 'outbox' ? cloud.outbox : cloud.api;
    await target.prepare(sink.url);
    const memory = watchMemory(watchedBy({ target, sink }));
    const results: SceneResult[] = [];
    for (const scene of scenes) {
      const onProgress = (share: number) => show(scene.name, share);
      results.push(await runScene(scene, { target, sink, onProgress }));
    }
    if (way === 'flat' && settleSeconds > 0) {
      show(`${way}: waiting ${settleSeconds} s, then reading memory again`, 1);
      await sleep(settleSeconds * 1000);
      memory.settled();
    }
    return { scenes: results, memory: memory.end(way) };
  } finally {
    await cloud.stop();
  }
}
