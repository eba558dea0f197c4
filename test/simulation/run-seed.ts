import { createMemoryStores } from '../../lib/adapters/memory/stores.ts';
import type { ServiceEvent } from '../../lib/core/events.ts';
import type { Outcome, OutcomeContent, TransactionId, TransactionKey } from '../../lib/core/model.ts';
import { recordOutcome } from '../../lib/core/record.ts';
import { startRedelivery } from '../../lib/core/redelivery.ts';
import type { StreamedOutcome } from '../../lib/core/relay.ts';
import { acknowledgeOutcome, redeliverNotification } from '../../lib/core/settling.ts';
import { isoTime, MINUTE_MS } from '../../lib/core/time.ts';
import { CALM, Dice, Invocation, STORM, type Weather } from './chaos.ts';
import { check, type Findings } from './check.ts';
import {
  type Container,
  openContainer,
  type Ports,
  portsOf,
  runAudit,
  runClose,
  runDeliver,
  runRelay,
  runSweep,
  type World,
} from './functions.ts';
import { Lanes } from './lanes.ts';
import { createMerchants, type SimulatedMerchant } from './merchants.ts';
import { VirtualTime } from './virtual-time.ts';
import { leased, neverBack } from './watch.ts';

export interface SeedResult extends Findings {
  readonly seed: number;
  readonly steps: number;
  readonly crashes: number;
  readonly recorded: number;
  readonly attempts: number;
  readonly duplicates: number;
}

/**
 * Safety nets turned off, so that they do not mend a deliberate fault before it is seen. Messages are then not
 * lost on their way either: without faults, everything must come to its end all the same.
 */
export interface Without {
  readonly sweep?: boolean;
  readonly audit?: boolean;
}

const START_MS = Date.parse('2026-11-20T08:00:00.000Z');
const STORM_MS = 12 * MINUTE_MS;
const GIVE_UP_MS = 5 * 60 * MINUTE_MS;
const OUTCOMES = 24;
/** How late the feed index shows an outcome: with the bound of a stamped write, less than the feed lag. */
const MAX_INDEX_LAG_MS = 20_000;

/** One run from its seed alone: storm, calm, drain, and the promises held against what is left. */
export async function runSeed(seed: number, without: Without = {}): Promise<SeedResult> {
  const simulation = new Simulation(seed, without);
  return simulation.run();
}

class Simulation {
  readonly #seed: number;
  readonly #dice: Dice;
  readonly #time = new VirtualTime(START_MS);
  readonly #without: Without;
  readonly #lanes: Lanes;
  readonly #world: World;
  readonly #merchants: readonly SimulatedMerchant[];
  readonly #containers = new Map<string, Container>();
  readonly #stream: StreamedOutcome[] = [];
  /** What initiators were told is recorded. */
  readonly #acknowledged: Outcome[] = [];
  readonly #byHand = new Set<string>();
  /** What was seen to go wrong on the way, beside what is left at the end. */
  readonly #broken: string[] = [];
  #recording = 0;
  #crashes = 0;
  #isRelaying = false;

  constructor(seed: number, without: Without) {
    this.#seed = seed;
    this.#without = without;
    const dice = new Dice(seed);
    this.#dice = dice;
    const time = this.#time;
    const shownAtMs = new Map<string, number>();
    const nameOf = ({ merchantId, transactionId, version }: Outcome) =>
      `${merchantId} ${transactionId} ${version}`;
    const stores = createMemoryStores({
      clock: { now: () => time.now },
      onInsert: (outcome) => {
        shownAtMs.set(nameOf(outcome), time.now + dice.between(0, MAX_INDEX_LAG_MS));
        this.#onInsert(outcome);
      },
      indexedAtMs: (outcome) => shownAtMs.get(nameOf(outcome)) ?? 0,
    });
    this.#lanes = new Lanes({
      dice,
      time,
      isStormy: () => this.#isStormy(),
      // A message lost on its way is what the nets are for: without them, everything else must suffice.
      losesMessages: without.sweep !== true && without.audit !== true,
      work: (batch) =>
        this.#invoke('deliver', (ports) => runDeliver(ports, batch)).then((failed) => failed ?? batch),
    });
    this.#merchants = createMerchants({ dice, time, isStormy: () => this.#isStormy() });
    this.#world = {
      time,
      random: { fraction: () => dice.fraction(), bytes: (size) => dice.bytes(size) },
      stores: { ...stores, notifications: neverBack(stores.notifications, this.#broken) },
      dispatcher: this.#lanes.dispatcher,
      events: [] as ServiceEvent[],
      deadLetters: [],
      send: (request, patience) => {
        for (const { receivers } of this.#merchants) {
          const receiver = receivers.get(request.url);
          if (receiver !== undefined) return receiver.take(request, patience);
        }
        throw new Error(`A request to nobody: ${request.url}`);
      },
    };
  }

  async run(): Promise<SeedResult> {
    for (const merchant of this.#merchants) await merchant.create(this.#world.stores.merchants);
    for (let n = 0; n < OUTCOMES; n += 1) this.#plan(n);
    const sweep = (ports: Ports) =>
      runSweep({ ...ports, dispatcher: leased(ports.dispatcher, this.#time, this.#broken) });
    this.#everyMinute('sweep', sweep, this.#without.sweep === true);
    this.#everyMinute('close', runClose, false);
    this.#everyMinute('audit', runAudit, this.#without.audit === true);
    await this.#time.run(() => !this.#isStormy(), START_MS + STORM_MS + 1);
    if (this.#dice.chance(0.5)) await this.#redeliverExhausted();
    await this.#time.run(() => this.#isDrained(), START_MS + GIVE_UP_MS);
    const findings = await check({
      stores: this.#world.stores,
      events: this.#world.events,
      merchants: this.#merchants,
      acknowledged: this.#acknowledged,
      acknowledgedByHand: this.#byHand,
      lanes: this.#lanes,
      nowMs: this.#time.now,
    });
    return { ...findings, broken: [...findings.broken, ...this.#broken], ...this.#counts() };
  }

  #counts() {
    const receivers = this.#merchants.flatMap(({ receivers: all }) => [...all.values()]);
    const accepted = receivers.flatMap((receiver) => [...receiver.accepted.values()]);
    return {
      seed: this.#seed,
      steps: this.#time.steps,
      crashes: this.#crashes,
      recorded: this.#acknowledged.length,
      attempts: receivers.reduce((sum, { requests }) => sum + requests, 0),
      duplicates: accepted.reduce((sum, times) => sum + times - 1, 0),
    };
  }

  #isStormy(): boolean {
    return this.#time.now < START_MS + STORM_MS;
  }

  /** Everything recorded is settled, nothing is on its way, and the audit has passed over all of it. */
  #isDrained(): boolean {
    const { notifications } = this.#world.stores.held;
    const isQuiet =
      this.#recording === 0 &&
      this.#stream.length === 0 &&
      this.#lanes.held.size === 0 &&
      this.#lanes.schedules.size === 0;
    const isAudited = this.#time.now > START_MS + STORM_MS + 50 * MINUTE_MS;
    return (
      isQuiet && isAudited && [...notifications.values()].every((one) => one.nextAttemptAt === undefined)
    );
  }

  /** One invocation of a function in one of its containers; undefined where it died. */
  async #invoke<T>(name: string, work: (ports: Ports) => Promise<T>): Promise<T | undefined> {
    const slot = `${name} ${this.#dice.between(0, 2)}`;
    const container = this.#containers.get(slot) ?? openContainer(this.#world);
    this.#containers.set(slot, container);
    return new Promise<T | undefined>((resolve, reject) => {
      const invocation = new Invocation({
        dice: this.#dice,
        time: this.#time,
        weather: () => this.#weather(),
        onDeath: () => {
          this.#crashes += 1;
          this.#containers.delete(slot);
          // Whoever called learns of it after the function's time-out.
          this.#time.at(this.#time.now + MINUTE_MS, () => resolve(undefined));
        },
      });
      work(portsOf(this.#world, container, invocation)).then(resolve, reject);
    });
  }

  #weather(): Weather {
    return this.#isStormy() ? STORM : CALM;
  }

  /** Somebody records; it repeats the same content until it is told that it stands. */
  #plan(n: number): void {
    const merchant = this.#dice.pick(this.#merchants);
    const key = { merchantId: merchant.merchantId, transactionId: `pay_${n}` as TransactionId };
    const content = merchant.content(n);
    const atMs = START_MS + this.#dice.between(0, STORM_MS * 0.8);
    const isPrepared = this.#dice.chance(0.3);
    this.#recording += 1;
    this.#time.at(atMs, () => void this.#initiate(key, content, isPrepared));
    // A second service that believes it ended otherwise: one of the two must be refused.
    if (this.#dice.chance(0.1)) {
      this.#recording += 1;
      const other = {
        ...content,
        status: content.status === 'FAILED' ? 'SUCCEEDED' : 'FAILED',
      } as OutcomeContent;
      this.#time.at(atMs + this.#dice.between(0, 2_000), () => void this.#initiate(key, other, false));
    }
    if (this.#dice.chance(0.15))
      this.#time.at(atMs + this.#dice.between(1, 200_000), () => void this.#byHandOn(key));
  }

  async #initiate(key: TransactionKey, content: OutcomeContent, isPrepared: boolean): Promise<void> {
    if (isPrepared) await this.#record(key, { ...content, status: 'PENDING' });
    await this.#record(key, content);
    this.#recording -= 1;
  }

  async #record(key: TransactionKey, content: OutcomeContent): Promise<void> {
    for (;;) {
      const result = await this.#invoke('record', (ports) => recordOutcome(ports, key, content)).catch(
        () => undefined,
      );
      if (result?.kind === 'created' || result?.kind === 'unchanged') {
        // As it was asked for: that it stands so is what the answer said.
        this.#acknowledged.push({ ...result.outcome, ...content });
      }
      if (result !== undefined) return;
      await this.#time.sleep(this.#dice.between(100, 5_000));
    }
  }

  /** A receiver acknowledges, or somebody presses "send again"; it may fail like everything else. */
  async #byHandOn(key: TransactionKey): Promise<void> {
    const version = 1;
    // A redelivery that dies before it sends is the sweep's to find.
    const isAcknowledge = this.#without.sweep === true || this.#dice.chance(0.5);
    await this.#invoke('admin', async (ports): Promise<unknown> => {
      if (isAcknowledge) {
        this.#byHand.add(`${key.merchantId}#${key.transactionId}`);
        return acknowledgeOutcome(ports, { ...key, version });
      }
      const endpointId = this.#merchants.find(({ merchantId }) => merchantId === key.merchantId)
        ?.endpointIds[0];
      return endpointId === undefined
        ? undefined
        : redeliverNotification(ports, { ...key, version, endpointId });
    }).catch(() => undefined);
  }

  async #redeliverExhausted(): Promise<void> {
    for (const { merchantId } of this.#merchants) {
      await startRedelivery(
        {
          jobs: this.#world.stores.jobs,
          clock: { now: () => this.#time.now },
          random: this.#world.random,
        },
        { merchantId, from: isoTime(START_MS), to: isoTime(START_MS + STORM_MS) },
      );
    }
  }

  /** The table's stream: in order, again and again until a batch is relayed. */
  #onInsert(outcome: Outcome): void {
    this.#stream.push({ kind: 'outcome', recordId: String(this.#time.now), outcome, payload: '{}' });
    if (!this.#isRelaying) {
      this.#isRelaying = true;
      this.#time.at(this.#time.now + this.#dice.between(10, 2_000), () => void this.#relay());
    }
  }

  async #relay(): Promise<void> {
    while (this.#stream.length > 0) {
      const batch = this.#stream.slice(0, this.#dice.between(1, 5));
      const isDone = await this.#invoke('relay', async (ports) => {
        await runRelay(ports, batch);
        return true;
      }).catch(() => undefined);
      // Killed between success and checkpoint: the batch comes again.
      const isRepeated = this.#isStormy() && this.#dice.chance(0.05);
      if (isDone === true && !isRepeated) this.#stream.splice(0, batch.length);
      else await this.#time.sleep(this.#dice.between(100, 10_000));
    }
    this.#isRelaying = false;
  }

  #everyMinute(name: string, work: (ports: Ports) => Promise<void>, isOff: boolean): void {
    if (isOff) return;
    const tick = () => {
      void this.#invoke(name, work).catch(() => undefined);
      this.#time.at(this.#time.now + MINUTE_MS, tick);
    };
    this.#time.at(START_MS + this.#dice.between(1, MINUTE_MS), tick);
  }
}
