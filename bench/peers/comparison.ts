import { setTimeout as sleep } from 'node:timers/promises';
import { type MemoryWatch, watchMemory } from '../load/measure/memory-watch.ts';
import type { Sink } from '../load/measure/sink.ts';
import type { MemoryResult, SceneResult } from '../load/report/result.ts';
import { runScene } from '../load/run-scene.ts';
import type { Scene } from '../load/scenes.ts';
import { createOrders, type LoadTarget, seriesOf } from '../load/target/load-target.ts';
import type { Contestant, FindCost } from './contestant.ts';
import type { Found } from './trials/finding.ts';
import { type KillOutcome, runKillTrial } from './trials/kill-trial.ts';

/** What is measured, for every contestant alike. */
export interface Plan {
  /** Messages of one burst. */
  readonly count: number;
  readonly callers: number;
  /** Bursts of each contestant, in turns. */
  readonly rounds: number;
  /** Messages before each burst that are not measured. */
  readonly warmUp: number;
  /** Messages of the paced scene; 0 leaves it out. */
  readonly paced: number;
  readonly perSecond: number;
  /** Messages that the receiver loses, to be found again; 0 leaves it out. */
  readonly lost: number;
  /** Messages of the trial with SIGKILL; 0 leaves it out. */
  readonly killed: number;
}

/** Everything that was measured of one contestant. */
export interface ContestantResult {
  readonly name: string;
  /** One for each round. */
  readonly bursts: readonly SceneResult[];
  /** The same in batches of {@link BATCH}, where its API has batches. */
  readonly batches: readonly SceneResult[];
  readonly paced: SceneResult | undefined;
  /** By process, over all scenes. */
  readonly memory: readonly MemoryResult[];
  readonly found: Found | undefined;
  /** The same among {@link MANY} messages. */
  readonly foundAmongMany: FindCost | undefined;
  readonly killed: KillOutcome | undefined;
  /** The sentence of the fault that ended its part of the run. */
  readonly fault: string | undefined;
}

const BATCH = 100;
export const MANY = 100_000;

export interface Surroundings {
  readonly sink: Sink;
  readonly onProgress: (share: number, doing: string) => void;
  /** Called at once with the sentence of a contestant's fault. The run goes on with the others. */
  readonly onFault: (sentence: string) => void;
  /** Time for a contestant's first message, in milliseconds. Default: a minute. */
  readonly firstMs?: number;
}

const FIRST_MS = 60_000;
const LOOK_EVERY_MS = 50;

/** Runs the plan in turns, with contestants that are already prepared to send to the sink. */
export async function compare(
  contestants: readonly Contestant[],
  plan: Plan,
  surroundings: Surroundings,
): Promise<readonly ContestantResult[]> {
  const turns = contestants.map((contestant) => new Turns(contestant, plan, surroundings));
  for (const turn of turns) await turn.begin();
  for (let round = 0; round < plan.rounds; round += 1) {
    // Another one begins each round: what one leaves behind does not always hit the same one.
    for (const turn of rotated(turns, round)) await turn.burst();
  }
  for (const turn of turns) await turn.pace();
  for (const turn of turns) await turn.find();
  for (const turn of turns) await turn.kill();
  return turns.map((turn) => turn.result());
}

function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const at = by % Math.max(items.length, 1);
  return [...items.slice(at), ...items.slice(0, at)];
}

/** One contestant's part of the run. After its first fault, all further steps do nothing. */
class Turns {
  private readonly contestant: Contestant;
  private readonly plan: Plan;
  private readonly surroundings: Surroundings;
  private readonly target: LoadTarget;
  private readonly accepted: string[] = [];
  private readonly bursts: SceneResult[] = [];
  private readonly batches: SceneResult[] = [];
  private paced: SceneResult | undefined;
  private memory: MemoryWatch | undefined;
  private memoryResults: readonly MemoryResult[] = [];
  private found: Found | undefined;
  private foundAmongMany: FindCost | undefined;
  private killed: KillOutcome | undefined;
  private fault: string | undefined;

  constructor(contestant: Contestant, plan: Plan, surroundings: Surroundings) {
    this.contestant = contestant;
    this.plan = plan;
    this.surroundings = surroundings;
    this.target = remembering(contestant.target, this.accepted);
    this.memory = watchMemory(this.target.processes);
  }

  /** One message, so that a service that delivers nothing ends its part before it is measured. */
  begin(): Promise<void> {
    return this.step('first message', async () => {
      const { sink, firstMs = FIRST_MS } = this.surroundings;
      await sink.take();
      const orders = createOrders(1);
      const series = orders.map(seriesOf).join('');
      await this.target.record(orders);
      for (
        const deadline = Date.now() + firstMs;
        (await sink.count(series)) === 0;
        await sleep(LOOK_EVERY_MS)
      ) {
        if (Date.now() > deadline) {
          throw new Error(
            `it accepted a message and did not deliver it to ${sink.url}. It must permit webhooks to this machine.`,
          );
        }
      }
    });
  }

  burst(): Promise<void> {
    return this.step('burst', async (show) => {
      const { callers } = this.plan;
      this.bursts.push(await this.scene({ kind: 'callers', callers, batch: 1 }, show));
      if (this.target.maxBatch < BATCH) return;
      this.batches.push(await this.scene({ kind: 'callers', callers, batch: BATCH }, show));
    });
  }

  pace(): Promise<void> {
    return this.step('paced', async (show) => {
      const { paced, perSecond } = this.plan;
      if (paced > 0) this.paced = await this.scene({ kind: 'paced', perSecond }, show);
      this.endMemory();
    });
  }

  find(): Promise<void> {
    return this.step('finding lost ones', async () => {
      if (this.plan.lost === 0) return;
      const all = this.accepted;
      const each = all.length / this.plan.lost;
      const lost = Array.from(
        { length: this.plan.lost },
        (_, index) => all[Math.floor((index + 0.5) * each)] ?? '',
      );
      this.found = await this.contestant.find({ all, lost: new Set(lost) });
      this.foundAmongMany = await this.contestant.findAmong(MANY, this.found);
    });
  }

  kill(): Promise<void> {
    return this.step('killing', async () => {
      const { killed: count, callers } = this.plan;
      const { killAndRestart } = this.contestant;
      if (count === 0 || killAndRestart === undefined) return;
      const { target, surroundings } = this;
      const orders = createOrders(count);
      this.killed = await runKillTrial({ target, sink: surroundings.sink, orders, callers, killAndRestart });
    });
  }

  result(): ContestantResult {
    return {
      name: this.target.name,
      bursts: this.bursts,
      batches: this.batches,
      paced: this.paced,
      memory: this.memoryResults,
      found: this.found,
      foundAmongMany: this.foundAmongMany,
      killed: this.killed,
      fault: this.fault,
    };
  }

  private scene(pattern: Scene['pattern'], onProgress: (share: number) => void): Promise<SceneResult> {
    const { count, paced, warmUp } = this.plan;
    const isPaced = pattern.kind === 'paced';
    const name = isPaced ? 'paced' : pattern.batch > 1 ? 'batch' : 'single';
    const scene: Scene = { name, way: name, pattern, count: isPaced ? paced : count, warmUp, stored: 0 };
    return runScene(scene, { target: this.target, sink: this.surroundings.sink, onProgress });
  }

  private async step(doing: string, work: (show: (share: number) => void) => Promise<void>): Promise<void> {
    if (this.fault !== undefined) return;
    const show = (share: number) => this.surroundings.onProgress(share, `${this.target.name}: ${doing}`);
    show(0);
    try {
      await work(show);
    } catch (error) {
      const { message } = error as Error;
      this.fault = message.startsWith(this.target.name) ? message : `${this.target.name}: ${message}`;
      this.endMemory();
      this.surroundings.onFault(this.fault);
    }
  }

  private endMemory(): void {
    this.memoryResults = this.memory?.end(this.target.name) ?? this.memoryResults;
    this.memory = undefined;
  }
}

/** Adds the id of each accepted order to `accepted`. */
function remembering(target: LoadTarget, accepted: string[]): LoadTarget {
  return {
    name: target.name,
    maxBatch: target.maxBatch,
    get processes() {
      return target.processes;
    },
    prepare: (sinkUrl) => target.prepare(sinkUrl),
    async record(orders) {
      await target.record(orders);
      for (const { id } of orders) accepted.push(id);
    },
  };
}
