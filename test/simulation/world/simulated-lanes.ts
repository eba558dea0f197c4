import type { Dispatcher } from '../../../lib/core/deliver/dispatcher.ts';
import type { NotificationMessage } from '../../../lib/core/deliver/state/notification.ts';
import type { Lane } from '../../../lib/core/events.ts';
import type { CheckMessage } from '../../../lib/core/record/pending-check.ts';
import type { Dice } from '../storm/dice.ts';
import type { VirtualTime } from '../storm/virtual-time.ts';

/** SQS with its possible faults: duplicates, delays, any order, redelivery after a time-out, dead letters after nine receipts. */

export interface Queued {
  readonly lane: Lane;
  readonly body: string;
  receivedTimes: number;
  /** How long a received message is hidden: the visibility time-out, or what the function asked for. */
  hiddenMs: number;
}

const MAX_DELAY_MS = 900_000;
export const VISIBILITY_MS = 360_000;
const MAX_RECEIVES = 9;
const PARALLEL: Readonly<Record<Lane, number>> = { first: 6, retry: 4, check: 3 };
const BATCH = 3;

function laneOf(message: NotificationMessage | CheckMessage): Lane {
  return 'endpointId' in message ? 'retry' : 'check';
}

export class Lanes {
  /** All messages: waiting, hidden or in a function. */
  readonly contents = new Set<Queued>();
  readonly schedules = new Set<string>();
  readonly dead: Queued[] = [];
  /** Messages of merchants outside the run. They wait in a lane and are never received. */
  readonly crowd: Record<Lane, number> = { first: 0, retry: 0, check: 0 };
  readonly #paused = new Set<Lane>();
  readonly #ready: Record<Lane, Queued[]> = { first: [], retry: [], check: [] };
  readonly #running: Record<Lane, number> = { first: 0, retry: 0, check: 0 };
  readonly #dice: Dice;
  readonly #time: VirtualTime;
  readonly #isStormy: () => boolean;
  readonly #lossChance: number;
  readonly #work: (batch: readonly Queued[]) => Promise<readonly Queued[]>;

  /** @param work handles a batch. Resolves to the messages that failed: all of them if it died. */
  constructor(options: {
    readonly dice: Dice;
    readonly time: VirtualTime;
    readonly isStormy: () => boolean;
    /** Share of messages that vanish. If it is not 0, Scheduler may refuse too. The safety nets must find both. */
    readonly lossChance: number;
    readonly work: (batch: readonly Queued[]) => Promise<readonly Queued[]>;
  }) {
    this.#dice = options.dice;
    this.#time = options.time;
    this.#isStormy = options.isStormy;
    this.#lossChance = options.lossChance;
    this.#work = options.work;
  }

  readonly dispatcher: Dispatcher = {
    sendNow: async (lane, messages) => {
      for (const message of messages) this.send(lane, JSON.stringify(message), 0);
    },
    sendAt: async (message, atMs) => {
      const delayMs = Math.max(0, atMs - this.#time.now);
      if (delayMs <= MAX_DELAY_MS) return this.send(laneOf(message), JSON.stringify(message), delayMs);
      this.#schedule(message, atMs);
    },
    sendAllAt: async (due) => {
      for (const { message, atMs } of due) await this.dispatcher.sendAt(message, atMs);
    },
    backlog: async (lane) => this.#ready[lane].length + this.crowd[lane],
  };

  /** Stops this lane until it resumes. */
  pause(lane: Lane): void {
    this.#paused.add(lane);
  }

  resume(lane: Lane): void {
    this.#paused.delete(lane);
    this.#pump(lane);
  }

  send(lane: Lane, body: string, delayMs: number): void {
    // Lost messages are rarer in reality. Here they show that sweep and audit find what is missing.
    if (this.#isStormy() && this.#dice.chance(this.#lossChance)) return;
    const copies = this.#isStormy() && this.#dice.chance(0.05) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const queued: Queued = { lane, body, receivedTimes: 0, hiddenMs: VISIBILITY_MS };
      this.contents.add(queued);
      this.#show(queued, delayMs + this.#dice.between(0, this.#isStormy() ? 3_000 : 50));
    }
  }

  /** A name that is taken means that the schedule exists. If Scheduler refuses, the sweep must send. */
  #schedule(message: NotificationMessage | CheckMessage, atMs: number): void {
    const name = JSON.stringify(message);
    const isRefused = this.#isStormy() && this.#lossChance > 0 && this.#dice.chance(0.1);
    if (this.schedules.has(name) || isRefused) return;
    this.schedules.add(name);
    this.#time.at(atMs + this.#dice.between(0, 60_000), () => {
      this.schedules.delete(name);
      this.send(laneOf(message), name, 0);
    });
  }

  #show(queued: Queued, delayMs: number): void {
    this.#time.at(this.#time.now + delayMs, () => {
      const ready = this.#ready[queued.lane];
      ready.splice(this.#dice.between(0, ready.length), 0, queued);
      this.#pump(queued.lane);
    });
  }

  #pump(lane: Lane): void {
    if (this.#paused.has(lane)) return;
    while (this.#running[lane] < PARALLEL[lane] && this.#ready[lane].length > 0) {
      const batch = this.#ready[lane].splice(0, this.#dice.between(1, BATCH));
      this.#running[lane] += 1;
      void this.#run(lane, batch);
    }
  }

  async #run(lane: Lane, batch: readonly Queued[]): Promise<void> {
    for (const queued of batch) {
      queued.receivedTimes += 1;
      queued.hiddenMs = VISIBILITY_MS;
    }
    const failed = new Set(await this.#work(batch));
    this.#running[lane] -= 1;
    for (const queued of batch) {
      const isLetGo = !failed.has(queued) && !(this.#isStormy() && this.#dice.chance(0.02));
      if (isLetGo) this.contents.delete(queued);
      else this.#giveBack(queued);
    }
    this.#pump(lane);
  }

  #giveBack(queued: Queued): void {
    if (queued.receivedTimes < MAX_RECEIVES) {
      this.#show(queued, queued.hiddenMs);
      return;
    }
    this.contents.delete(queued);
    this.dead.push(queued);
  }
}
