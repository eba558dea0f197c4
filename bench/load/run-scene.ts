import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { delaysOf } from './measure/percentiles.ts';
import { type CpuReading, readCpu } from './measure/processes.ts';
import { nowMs } from './measure/shared-clock.ts';
import type { Sink, Taken } from './measure/sink.ts';
import { costsBetween } from './report/costs.ts';
import { GENERATOR, type SceneResult, SINK } from './report/result.ts';
import { type CpuShares, verdictOf } from './report/verdict.ts';
import type { Scene } from './scenes.ts';
import { generate, type Pattern, type Recorded } from './target/generator.ts';
import {
  createOrders,
  type LoadTarget,
  type Order,
  seriesOf,
  type WatchedProcess,
} from './target/load-target.ts';

/** What a scene needs besides the service. */
export interface Stage {
  readonly target: LoadTarget;
  readonly sink: Sink;
  /** Called with the share of the scene that is done, 0 to 1. */
  readonly onProgress: (share: number) => void;
  /** Runs while a scene is measured, and not during its warm-up. */
  readonly recorder?: Recorder;
}

/** Something that is switched on for the time of a scene, such as a profiler. */
export interface Recorder {
  start(): Promise<void>;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 50;
/** Without an arrival for so long, what is missing counts as lost. */
const STANDSTILL_MS = 60_000;
/** After the last arrival the service still writes its result. */
const SETTLE_MS = 200;
const STORING_CALLERS = 4;

/** The processes of the service, the generator and the sink. */
export function watchedBy({ target, sink }: Pick<Stage, 'target' | 'sink'>): readonly WatchedProcess[] {
  return [...target.processes, { name: GENERATOR, pid: process.pid }, { name: SINK, pid: sink.pid }];
}

/** Warms up, then records a scene's orders and waits until all have arrived. */
export async function runScene(scene: Scene, stage: Stage): Promise<SceneResult> {
  const { pattern, count, warmUp, stored } = scene;
  const storing: Pattern = {
    kind: 'callers',
    callers: STORING_CALLERS,
    batch: stage.target.maxBatch,
  };
  await load(stage, { orders: createOrders(stored), pattern: storing });
  await load(stage, { orders: createOrders(warmUp), pattern: warmPattern(pattern) });

  const watched = watchedBy(stage);
  const orders = createOrders(count);
  await stage.recorder?.start();
  const before = readCpu(watched);
  const startedMs = nowMs();
  const loaded = await load(stage, { orders, pattern, onProgress: stage.onProgress });
  await sleep(SETTLE_MS);
  const after = readCpu(watched);
  const seconds = (nowMs() - startedMs) / 1000;
  await stage.recorder?.stop();
  return resultOf(scene, { stage, loaded, orders, cpu: cpuBetween(before, after, seconds) });
}

/** The warm-up of a paced scene need not take its time. */
function warmPattern(pattern: Pattern): Pattern {
  return pattern.kind === 'callers' ? pattern : { kind: 'callers', callers: 1, batch: 1 };
}

interface Loaded {
  readonly recorded: Recorded;
  readonly taken: Taken;
  /** Orders that had not arrived when the last one was accepted. */
  readonly backlog: number;
}

interface Load {
  readonly orders: readonly Order[];
  readonly pattern: Pattern;
  readonly onProgress?: (share: number) => void;
}

async function load(
  { target, sink }: Pick<Stage, 'target' | 'sink'>,
  { orders, pattern, onProgress = () => {} }: Load,
): Promise<Loaded> {
  const total = orders.length;
  const series = orders[0] === undefined ? '' : seriesOf(orders[0]);
  await sink.take();
  let accepted = 0;
  let arrived = 0;
  const show = () => onProgress((accepted + arrived) / (2 * Math.max(total, 1)));
  const onRecorded = (count: number) => {
    accepted = count;
    show();
  };
  const recorded = await generate(target, { orders, pattern, onRecorded });
  arrived = await sink.count(series);
  const backlog = total - arrived;
  for (let movedMs = nowMs(); arrived < total && nowMs() - movedMs < STANDSTILL_MS; ) {
    await sleep(LOOK_EVERY_MS);
    const now = await sink.count(series);
    if (now > arrived) movedMs = nowMs();
    arrived = now;
    show();
  }
  return { recorded, taken: await sink.take(), backlog };
}

interface CpuUse {
  readonly from: CpuReading;
  readonly to: CpuReading;
  readonly seconds: number;
}

function cpuBetween(
  from: CpuReading | undefined,
  to: CpuReading | undefined,
  seconds: number,
): CpuUse | undefined {
  return from === undefined || to === undefined ? undefined : { from, to, seconds };
}

interface Outcome {
  readonly stage: Stage;
  readonly loaded: Loaded;
  readonly orders: readonly Order[];
  readonly cpu: CpuUse | undefined;
}

function resultOf(scene: Scene, { stage, loaded, orders, cpu }: Outcome): SceneResult {
  const { recorded, taken, backlog } = loaded;
  const { pattern, count } = scene;
  const delays = orders.flatMap(({ id }) => {
    const [start, arrival] = [recorded.starts.get(id), taken.arrivals.get(id)];
    return start === undefined || arrival === undefined ? [] : [arrival - start];
  });
  const lastMs = [...taken.arrivals.values()].reduce((last, ms) => Math.max(last, ms), recorded.startedMs);
  const missing = count - delays.length;
  const verdict = verdictOf({
    recorded,
    count,
    perSecond: pattern.kind === 'paced' ? pattern.perSecond : undefined,
    delaysInOrder: delays,
    backlog,
    missing,
    processors: availableParallelism(),
    cpu: cpu && sharesOf(cpu),
  });
  return {
    name: scene.name,
    target: stage.target.name,
    count,
    callers: pattern.kind === 'callers' ? pattern.callers : 1,
    batch: pattern.kind === 'callers' ? pattern.batch : 1,
    acceptedPerSecond: perSecond(count, recorded.endedMs - recorded.startedMs),
    deliveredPerSecond: perSecond(delays.length, lastMs - recorded.startedMs),
    accepted: delaysOf(recorded.answerMs),
    delivered: delaysOf(delays),
    missing,
    repeated: taken.requests - taken.unknown - taken.arrivals.size,
    backlog,
    cpu: cpu === undefined ? [] : costsBetween(cpu.from, cpu.to, count),
    ...verdict,
  };
}

function sharesOf({ from, to, seconds }: CpuUse): CpuShares {
  const used = (name: string) =>
    ((to.processes.get(name)?.seconds ?? 0) - (from.processes.get(name)?.seconds ?? 0)) / seconds;
  const own = [...to.processes.keys()].reduce((sum, name) => sum + used(name), 0);
  return {
    generator: used(GENERATOR),
    sink: used(SINK),
    others: Math.max(0, (to.machine.programs - from.machine.programs) / seconds - own),
    steal: (to.machine.steal - from.machine.steal) / seconds,
  };
}

function perSecond(count: number, ms: number): number {
  return (count * 1000) / ms;
}
