import { countWrites } from '../../../lib/core/counts/count-writes.ts';
import {
  countedInWrite,
  expectationInWrite,
  type StoredExpectation,
  type StreamedWrite,
} from '../../../lib/core/counts/counted-writes.ts';
import type { Attempt, Notification } from '../../../lib/core/deliver/state/notification.ts';
import { MINUTE_MS, SECOND_MS } from '../../../lib/core/time.ts';
import { notificationName } from '../checks/check-evidence.ts';
import { CALM, STORM, timesWorse } from '../storm/chaos.ts';
import { Dice } from '../storm/dice.ts';
import type { VirtualTime } from '../storm/virtual-time.ts';
import { Fleet } from './fleet.ts';
import type { World } from './simulated-functions.ts';

interface Shard {
  readonly name: string;
  readonly records: StreamedWrite[];
  lastSequence: number;
}

/** Consecutive shards of one part of the items: the first is read to its end before the next. */
interface Lineage {
  readonly shards: Shard[];
  isRunning: boolean;
}

/** An attempt that was stored, and the notification that has it. */
export interface StoredAttempt {
  readonly notification: Notification;
  readonly attempt: Attempt;
}

const LINEAGES = 3;
const MAX_BATCH = 20;
/** Share of writes after which a shard ends and another follows. */
const SPLIT_SHARE = 0.02;
const AGAIN_SHARE = 0.1;
const WORSE_TIMES = 3;

/**
 * The second reader of the table's stream. It has dice and functions of its own, so that a seed's storm is the same
 * without it. In the storm, batches fail, come again whole, in halves or late, and are counted by two invocations at once.
 */
export class CountReader {
  /** Every attempt that was ever stored, taken from the writes and not from the stream. */
  readonly stored = new Map<string, StoredAttempt>();
  readonly #lineages: readonly Lineage[];
  readonly #dice: Dice;
  readonly #time: VirtualTime;
  readonly #isStormy: () => boolean;
  readonly #fleet: () => Fleet;

  constructor(options: {
    readonly seed: number;
    readonly time: VirtualTime;
    readonly world: () => World;
    readonly isStormy: () => boolean;
  }) {
    const { seed, time, world, isStormy } = options;
    this.#dice = new Dice(seed + 500_009);
    this.#time = time;
    this.#isStormy = isStormy;
    this.#lineages = Array.from({ length: LINEAGES }, () => ({ shards: [], isRunning: false }));
    let fleet: Fleet | undefined;
    this.#fleet = () => {
      fleet ??= new Fleet({
        world: world(),
        dice: this.#dice,
        weather: () => (isStormy() ? timesWorse(STORM, WORSE_TIMES) : CALM),
        clocksDiffer: false,
      });
      return fleet;
    };
  }

  get isEmpty(): boolean {
    return this.#lineages.every(({ shards, isRunning }) => {
      return !isRunning && shards.every(({ records }) => records.length === 0);
    });
  }

  /** Takes the result of each write of a notification. */
  onWrite(notification: Notification): void {
    const attempt = notification.attempts.at(-1);
    if (attempt !== undefined)
      this.stored.set(`${notificationName(notification)} ${attempt.number}`, { notification, attempt });
    this.#add(notification.transactionId, (streamed) => countedInWrite(notification, streamed));
  }

  /** Takes the result of each write of an expectation. */
  onExpectation(stored: StoredExpectation): void {
    this.#add(stored.start, (streamed) => expectationInWrite(stored, streamed));
  }

  #add(
    name: string,
    read: (streamed: Pick<StreamedWrite, 'sequence' | 'writtenMs'>) => StreamedWrite | undefined,
  ): void {
    const lineage = this.#lineageOf(name);
    const shard = this.#openShard(lineage);
    shard.lastSequence += this.#dice.between(1, 5);
    const sequence = String(shard.lastSequence).padStart(40, '0');
    const write = read({ sequence, writtenMs: this.#time.now });
    if (write === undefined) return;
    shard.records.push(write);
    if (lineage.isRunning) return;
    lineage.isRunning = true;
    this.#time.at(this.#time.now + this.#dice.between(SECOND_MS, MINUTE_MS), () => void this.#run(lineage));
  }

  /** The stream keeps the order of each item, so all writes of a transaction are in one lineage. */
  #lineageOf(name: string): Lineage {
    const place = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % LINEAGES;
    const lineage = this.#lineages[place];
    if (lineage === undefined) throw new Error('There is a lineage for each remainder.');
    return lineage;
  }

  #openShard({ shards }: Lineage): Shard {
    const open = shards.at(-1);
    if (open !== undefined && !this.#dice.chance(SPLIT_SHARE)) return open;
    const name = `shard${this.#dice.between(1, 1_000_000_000)}`;
    const next = { name, records: [], lastSequence: this.#dice.between(1, 1_000) };
    shards.push(next);
    return next;
  }

  async #run(lineage: Lineage): Promise<void> {
    const { shards } = lineage;
    for (let [shard] = shards; shard !== undefined; [shard] = shards) {
      if (shard.records.length === 0) {
        if (shards.length === 1) break;
        shards.shift();
        continue;
      }
      const batch = shard.records.slice(0, this.#dice.between(1, MAX_BATCH));
      await this.#process(shard.name, batch);
      shard.records.splice(0, batch.length);
      await this.#time.sleep(this.#dice.between(SECOND_MS, MINUTE_MS));
    }
    lineage.isRunning = false;
  }

  /** Repeats a batch until it is counted, at times in halves. */
  async #process(shard: string, batch: readonly StreamedWrite[]): Promise<void> {
    if (this.#isRepeated()) void this.#count(shard, batch.slice(0, this.#dice.between(1, batch.length)));
    while (!(await this.#count(shard, batch))) {
      await this.#time.sleep(this.#dice.between(100, 10_000));
      if (batch.length === 1 || this.#dice.chance(0.5)) continue;
      const middle = Math.ceil(batch.length / 2);
      await this.#process(shard, batch.slice(0, middle));
      return this.#process(shard, batch.slice(middle));
    }
    if (!this.#isRepeated()) return;
    const again = batch.slice(this.#dice.between(0, batch.length - 1));
    this.#time.at(this.#time.now + this.#dice.between(1, MINUTE_MS), () => void this.#count(shard, again));
  }

  #isRepeated(): boolean {
    return this.#isStormy() && this.#dice.chance(AGAIN_SHARE);
  }

  /** Whether the invocation answered that it counted the batch. */
  async #count(shard: string, batch: readonly StreamedWrite[]): Promise<boolean> {
    const isDone = await this.#fleet()
      .invoke('count', async (ports) => {
        await countWrites(ports, shard, batch);
        return true;
      })
      .catch(() => false);
    return isDone === true;
  }
}
