import { isAboutAlert } from '../../lib/core/deliver/alerts/alert.ts';
import { NOTIFY_URL_ENDPOINT } from '../../lib/core/model.ts';
import { MINUTE_MS, SECOND_MS } from '../../lib/core/time.ts';
import { check, type Findings } from './check-promises.ts';
import { ByHand } from './stories/by-hand.ts';
import { NewerKit } from './stories/newer-kit.ts';
import {
  BURSTS,
  drawStory,
  paceMs,
  QUIET_FROM_MS,
  START_MS,
  STORM_END_MS,
  type Story,
  type Without,
} from './stories/stories.ts';
import { Storyline } from './stories/storyline.ts';
import { CALM, OVERTAKEN, STALLING, STORM, timesWorse, type Weather } from './storm/chaos.ts';
import { Dice } from './storm/dice.ts';
import { VirtualTime } from './storm/virtual-time.ts';
import { SettingsWatch } from './watches/settings-watch.ts';
import { SweepWatch } from './watches/watch.ts';
import { Fleet } from './world/fleet.ts';
import { Banks } from './world/simulated-banks.ts';
import { CountReader } from './world/simulated-counts.ts';
import {
  type FunctionName,
  type Ports,
  runAudit,
  runClose,
  runDeliver,
  runRedeliveries,
  runSweep,
  type World,
} from './world/simulated-functions.ts';
import { Initiators } from './world/simulated-initiators.ts';
import { Lanes } from './world/simulated-lanes.ts';
import { Leaver } from './world/simulated-leaver.ts';
import {
  createDeadMerchant,
  createMerchant,
  RATES,
  requestsTo,
  type SimulatedMerchant,
  secretOf,
} from './world/simulated-merchants.ts';
import { Owners } from './world/simulated-owners.ts';
import { Shop } from './world/simulated-shops.ts';
import { isClosedThrough, openStores } from './world/simulated-stores.ts';
import { Stream } from './world/simulated-stream.ts';

export type { Without };

export interface SeedResult extends Findings {
  readonly seed: number;
  readonly steps: number;
  readonly crashes: number;
  readonly recorded: number;
  readonly attempts: number;
  readonly duplicates: number;
}

const LOSS_CHANCE = 0.01;
const CROWDED_LOSS_CHANCE = 0.06;
/** How much worse the storm is for the function that it hits hardest. */
const FOCUS_TIMES = 4;
/** For shops to find what they missed, when all is quiet. */
const GIVE_UP_MS = 60 * MINUTE_MS;

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
  readonly #story: Story;
  readonly #merchants: SimulatedMerchant[];
  readonly #world: World;
  readonly #lanes: Lanes;
  readonly #stream: Stream;
  readonly #countReader: CountReader;
  readonly #fleet: Fleet;
  readonly #initiators: Initiators;
  readonly #banks: Banks;
  readonly #byHand: ByHand;
  readonly #owners: Owners;
  readonly #newerKit: NewerKit;
  readonly #settings: SettingsWatch;
  readonly #shops: readonly Shop[];
  readonly #sweepWatch: SweepWatch;
  #leaver: Leaver | undefined;
  /** What was seen to go wrong on the way, beside what is left at the end. */
  readonly #broken: string[] = [];
  readonly #isStormy = () => this.#time.now < STORM_END_MS;

  constructor(seed: number, without: Without) {
    this.#seed = seed;
    this.#without = without;
    const dice = new Dice(seed);
    this.#dice = dice;
    const time = this.#time;
    const isStormy = this.#isStormy;
    this.#story = drawStory(dice, seed, without);
    this.#settings = new SettingsWatch(time, (endpoint) => this.#owners.onWrite(endpoint));
    this.#stream = new Stream({ dice, time, isStormy, fleet: () => this.#fleet });
    this.#countReader = new CountReader({ seed, time, isStormy, world: () => this.#world });
    const lossChance = this.#story.crowdedUntilMs === undefined ? LOSS_CHANCE : CROWDED_LOSS_CHANCE;
    this.#lanes = new Lanes({
      dice,
      time,
      isStormy,
      // A message lost on its way is what the nets are for: without them, everything else must suffice.
      lossChance: this.#hasBothNets() ? lossChance : 0,
      work: (batch) =>
        this.#fleet.invoke('deliver', (ports) => runDeliver(ports, batch)).then((failed) => failed ?? batch),
    });
    const around = { dice, time, isStormy, ...(this.#story.hasRates && { rates: new Dice(seed) }) };
    this.#merchants = ['alpha', 'beta'].map((name) => createMerchant(name, around));
    if (this.#story.deadUntilMs !== undefined) this.#merchants.push(createDeadMerchant('gamma', around));
    this.#world = this.#openWorld();
    const { clocksDiffer } = this.#story;
    const weather = (name: FunctionName) => this.#weather(name);
    this.#fleet = new Fleet({ world: this.#world, dice, weather, clocksDiffer });
    this.#initiators = new Initiators({ dice, time, fleet: this.#fleet });
    this.#banks = new Banks({ dice, time, fleet: this.#fleet, isStormy });
    this.#newerKit = new NewerKit({
      dice,
      time,
      stores: () => this.#world.stores,
      acknowledged: this.#initiators.acknowledged,
    });
    const byHand = new ByHand({ dice, world: this.#world, fleet: this.#fleet });
    this.#byHand = byHand;
    const [initiators, merchants] = [this.#initiators, this.#merchants];
    this.#owners = new Owners({ around, byHand, initiators, merchants });
    if (this.#story.hasLeaver) {
      const [world, fleet] = [() => this.#world, () => this.#fleet];
      this.#leaver = new Leaver({ seed, around: { time, isStormy }, world, fleet });
    }
    this.#shops = this.#story.hasShops ? this.#merchants.map((merchant) => this.#openShop(merchant)) : [];
    const { stores } = this.#world;
    this.#sweepWatch = new SweepWatch({ stores, lanes: this.#lanes, time, isStormy, broken: this.#broken });
  }

  #openWorld(): World {
    const [dice, time] = [this.#dice, this.#time];
    return {
      time,
      random: { fraction: () => dice.fraction(), bytes: (size) => dice.bytes(size) },
      stores: openStores({
        dice,
        time,
        settings: this.#settings,
        broken: this.#broken,
        onInsert: (outcome) => this.#stream.add(outcome),
        onNotification: (notification) => {
          this.#countReader.onWrite(notification);
          this.#leaver?.onNotification(notification);
        },
        onExpectation: (stored) => {
          this.#countReader.onExpectation(stored);
          this.#leaver?.onExpectation(stored);
        },
      }),
      dispatcher: this.#lanes.dispatcher,
      events: [],
      deadLetters: [],
      windowSeconds: this.#story.windowSeconds,
      send: async (request, patience) => {
        const answer = this.#leaver?.take(request) ?? this.#banks.take(request);
        if (answer !== undefined) return answer;
        for (const { merchantId, endpoints } of this.#everyMerchant()) {
          for (const { endpointId, receivers } of endpoints) {
            const receiver = receivers.get(request.url);
            if (receiver === undefined) continue;
            this.#settings.onRequest({ merchantId, endpointId }, request.url, this.#broken);
            return receiver.take(request, patience);
          }
        }
        throw new Error(`A request to nobody: ${request.url}`);
      },
    };
  }

  #everyMerchant(): readonly SimulatedMerchant[] {
    return this.#leaver === undefined ? this.#merchants : [...this.#merchants, this.#leaver.merchant];
  }

  #openShop({ merchantId, endpoints }: SimulatedMerchant): Shop {
    const shop = new Shop({
      merchantId,
      secrets: {
        merchant: secretOf(merchantId),
        callbacks: [merchantId, ...endpoints.map(({ endpointId }) => endpointId)].map(secretOf),
      },
      dice: this.#dice,
      time: this.#time,
      fleet: this.#fleet,
      isStormy: this.#isStormy,
      isClosedThrough: (time) =>
        isClosedThrough(this.#world.stores, { merchantId, time, windowSeconds: this.#story.windowSeconds }),
      onAcknowledge: (transactionId) => this.#byHand.acknowledged.add(`${merchantId}/${transactionId}`),
    });
    for (const { receivers } of endpoints) for (const receiver of receivers.values()) receiver.serve(shop);
    return shop;
  }

  async run(): Promise<SeedResult> {
    for (const merchant of this.#everyMerchant()) await merchant.create(this.#world.stores.merchants);
    this.#planStory();
    if (this.#without.sweep !== true) {
      this.#everyMinute('sweep', (ports) => runSweep(this.#sweepWatch.over(ports)));
      this.#watchSweep();
    }
    this.#everyMinute('sweep', runRedeliveries);
    this.#planLeaver();
    this.#everyMinute('close', runClose);
    if (this.#without.audit !== true) this.#everyMinute('audit', runAudit);
    for (const shop of this.#shops) shop.plan(this.#story.notBeforeMs);
    await this.#time.run(() => this.#isDrained(), this.#story.giveUpMs);
    await this.#settleShops();
    const findings = await check({
      stores: this.#world.stores,
      events: this.#world.events,
      merchants: this.#merchants,
      acknowledged: [...this.#initiators.acknowledged, ...this.#banks.acknowledged],
      banks: this.#banks,
      shops: this.#shops,
      byHand: this.#byHand,
      settings: this.#settings,
      lanes: this.#lanes,
      stream: this.#stream,
      counts: this.#countReader,
      leaver: this.#leaver,
      deadLetters: this.#world.deadLetters,
      story: this.#story,
      without: this.#without,
      nowMs: this.#time.now,
    });
    return { ...findings, broken: [...findings.broken, ...this.#broken], ...this.#counts() };
  }

  /** Once all that was recorded is in windows that are closed. What the shops acknowledge then is counted too. */
  async #settleShops(): Promise<void> {
    const { now } = this.#time;
    const atMs = now + this.#story.windowSeconds * SECOND_MS + 2 * paceMs(now) + MINUTE_MS;
    for (const shop of this.#shops) shop.planEnd(atMs);
    const isSettled = () => this.#shops.every(({ end }) => end !== undefined) && this.#countReader.isEmpty;
    await this.#time.run(isSettled, atMs + GIVE_UP_MS);
  }

  #hasBothNets(): boolean {
    return this.#without.sweep !== true && this.#without.audit !== true;
  }

  #weather(name: FunctionName): Weather {
    if (!this.#isStormy()) return CALM;
    if (name === 'close' && this.#story.isCloseOvertaken) return OVERTAKEN;
    const weather = name === 'sweep' || name === 'close' || name === 'audit' ? STALLING : STORM;
    return name === this.#story.focus ? timesWorse(weather, FOCUS_TIMES) : weather;
  }

  #planStory(): void {
    new Storyline({
      dice: this.#dice,
      time: this.#time,
      story: this.#story,
      without: this.#without,
      merchants: this.#merchants,
      initiators: this.#initiators,
      banks: this.#banks,
      byHand: this.#byHand,
      owners: this.#owners,
      newerKit: this.#newerKit,
      lanes: this.#lanes,
      stream: this.#stream,
      isStormy: this.#isStormy,
    }).plan();
    if (this.#story.hasRates) this.#planRates(new Dice(this.#seed));
  }

  /** More than the rates of a merchant's endpoints let through: in the storm, and when all is calm. */
  #planRates(dice: Dice): void {
    const merchant = dice.pick(this.#merchants);
    for (const [name, { atMs, count }] of Object.entries(BURSTS)) {
      for (let n = 0; n < count; n += 1)
        this.#initiators.plan(merchant, `${name}_${n}`, atMs + dice.between(0, SECOND_MS));
    }
    const endpoint = dice.pick(merchant.endpoints);
    const changed = { ratePerSecond: dice.pick([...RATES, null]) };
    if (endpoint.endpointId !== NOTIFY_URL_ENDPOINT && dice.chance(0.5))
      this.#byHand.planChange(merchant, endpoint, STORM_END_MS + 8 * MINUTE_MS, changed);
  }

  #everyMinute(name: FunctionName, work: (ports: Ports) => Promise<void>): void {
    const tick = () => {
      void this.#fleet.invoke(name, work).catch(() => undefined);
      this.#time.at(this.#time.now + paceMs(this.#time.now), tick);
    };
    this.#time.at(START_MS + this.#dice.between(1, MINUTE_MS), tick);
  }

  #planLeaver(): void {
    const leaver = this.#leaver;
    if (leaver === undefined) return;
    leaver.plan();
    this.#everyMinute('sweep', (ports) => leaver.runErasures(ports));
  }

  /** As long as the sweep runs every minute, and nothing keeps it from its work. */
  #watchSweep(): void {
    const look = async () => {
      await this.#sweepWatch.look();
      if (this.#time.now < QUIET_FROM_MS) this.#time.at(this.#time.now + MINUTE_MS, look);
    };
    this.#time.at(STORM_END_MS + MINUTE_MS, look);
  }

  /** Everything recorded is settled, nothing is on its way, and the audit has passed over all of it. */
  #isDrained(): boolean {
    const { notifications, checks } = this.#world.stores.contents;
    const isQuiet =
      this.#time.now > this.#story.notBeforeMs &&
      this.#initiators.busy === 0 &&
      this.#banks.busy === 0 &&
      this.#leaver?.isGone !== false &&
      this.#shops.every(({ busy }) => busy === 0) &&
      this.#stream.isEmpty &&
      this.#countReader.isEmpty &&
      this.#lanes.contents.size === 0 &&
      this.#lanes.schedules.size === 0;
    // Only the sweep sends the summaries of alerts.
    const isNetOff = this.#without.sweep === true;
    const awaited = [...notifications.values()].filter((one) => !(isNetOff && isAboutAlert(one)));
    const due = [...awaited, ...checks.values()];
    return isQuiet && due.every(({ nextAttemptAt }) => nextAttemptAt === undefined);
  }

  #counts() {
    return {
      seed: this.#seed,
      steps: this.#time.steps,
      crashes: this.#fleet.crashes,
      recorded: this.#initiators.acknowledged.length + this.#banks.acknowledged.length,
      ...requestsTo(this.#merchants),
    };
  }
}
