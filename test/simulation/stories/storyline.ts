import { NOTIFY_URL_ENDPOINT } from '../../../lib/core/model.ts';
import { MINUTE_MS, SECOND_MS } from '../../../lib/core/time.ts';
import type { Dice } from '../storm/dice.ts';
import type { VirtualTime } from '../storm/virtual-time.ts';
import type { Banks } from '../world/simulated-banks.ts';
import type { Initiators } from '../world/simulated-initiators.ts';
import type { Lanes } from '../world/simulated-lanes.ts';
import { createMerchant, type SimulatedMerchant } from '../world/simulated-merchants.ts';
import type { Owners } from '../world/simulated-owners.ts';
import type { Stream } from '../world/simulated-stream.ts';
import type { ByHand } from './by-hand.ts';
import type { NewerKit } from './newer-kit.ts';
import { QUIET_FROM_MS, START_MS, STORM_END_MS, STORM_MS, type Story } from './stories.ts';

const OUTCOMES = 24;
/** Number of prepared transactions of banks. */
const PREPARED = 6;
/** Number of outcomes that a newer version writes. */
const NEWER = 6;
/**
 * Number of outcomes in one window while the stream or a lane stands still. For the stream there must be enough for
 * the audit to notice that they are late. For a lane, the audit reads the backlog.
 */
const BACKLOG_OUTCOMES = { stream: 30, 'first lane': 6 } as const;
/** Time between two outcomes of a merchant on quiet days. */
const MIN_PAUSE_MS = 2 * 60 * MINUTE_MS;
const MAX_PAUSE_MS = 8 * 60 * MINUTE_MS;
const OTHERS_IN_A_CROWD = 20_000;

/** Plans a run: the storm, and what the story adds. */
export class Storyline {
  readonly #dice: Dice;
  readonly #time: VirtualTime;
  readonly #story: Story;
  readonly #without: { readonly sweep?: boolean; readonly audit?: boolean };
  readonly #merchants: SimulatedMerchant[];
  readonly #initiators: Initiators;
  readonly #banks: Banks;
  readonly #byHand: ByHand;
  readonly #owners: Owners;
  readonly #newerKit: NewerKit;
  readonly #lanes: Lanes;
  readonly #stream: Stream;
  readonly #isStormy: () => boolean;

  /** @param options.merchants those that exist from the beginning. Later ones are appended. */
  constructor(options: {
    readonly dice: Dice;
    readonly time: VirtualTime;
    readonly story: Story;
    readonly without: { readonly sweep?: boolean; readonly audit?: boolean };
    readonly merchants: SimulatedMerchant[];
    readonly initiators: Initiators;
    readonly banks: Banks;
    readonly byHand: ByHand;
    readonly owners: Owners;
    readonly newerKit: NewerKit;
    readonly lanes: Lanes;
    readonly stream: Stream;
    readonly isStormy: () => boolean;
  }) {
    this.#dice = options.dice;
    this.#time = options.time;
    this.#story = options.story;
    this.#without = options.without;
    this.#merchants = options.merchants;
    this.#initiators = options.initiators;
    this.#banks = options.banks;
    this.#byHand = options.byHand;
    this.#owners = options.owners;
    this.#newerKit = options.newerKit;
    this.#lanes = options.lanes;
    this.#stream = options.stream;
    this.#isStormy = options.isStormy;
  }

  plan(): void {
    this.#planStorm();
    this.#planCrowd();
    this.#planBacklog();
    this.#planDays();
  }

  #planStorm(): void {
    const merchants = [...this.#merchants];
    const mayWiden = this.#without.sweep !== true && this.#without.audit !== true;
    for (let n = 0; n < OUTCOMES; n += 1) {
      const atMs = START_MS + this.#dice.between(0, STORM_MS * 0.8);
      this.#planOne(this.#dice.pick(merchants), `pay_${n}`, atMs);
    }
    for (let n = 0; n < (this.#story.hasBanks ? PREPARED : 0); n += 1) {
      const atMs = START_MS + this.#dice.between(0, STORM_MS * 0.8);
      this.#banks.plan(this.#dice.pick(merchants), `bank_${n}`, atMs);
    }
    for (let n = 0; n < (this.#story.hasNewerKit ? NEWER : 0); n += 1) {
      const atMs = START_MS + this.#dice.between(0, STORM_MS * 0.5);
      this.#newerKit.plan(this.#dice.pick(merchants), `newer_${n}`, atMs);
    }
    for (const merchant of merchants) {
      if (this.#dice.chance(0.4)) this.#byHand.planChanges(merchant, { mayWiden });
      // If the process dies after its write, the audit finds what the relay did not see.
      if (mayWiden && this.#dice.chance(0.4)) this.#owners.plan(merchant);
      // If a job dies between its write and its message, the sweep sends it.
      if (this.#without.sweep !== true && this.#dice.chance(0.4)) this.#byHand.planStormyJob(merchant);
      if (this.#dice.chance(0.5)) this.#byHand.planJob(merchant, STORM_END_MS + 5 * MINUTE_MS);
      const include = this.#dice.pick(['unexpected', 'all'] as const);
      if (this.#dice.chance(0.3)) this.#byHand.planJob(merchant, STORM_END_MS + 8 * MINUTE_MS, include);
    }
    if (this.#dice.chance(0.3)) this.#planNewcomer();
  }

  #planOne(merchant: SimulatedMerchant, name: string, atMs: number): void {
    const key = this.#initiators.plan(merchant, name, atMs);
    if (!this.#dice.chance(0.15)) return;
    // If a redelivery dies before it sends, the sweep sends it.
    const mayResend = this.#without.sweep !== true;
    this.#byHand.planSettling(merchant, key, { atMs: atMs + this.#dice.between(1, 200_000), mayResend });
  }

  /** Creates a merchant during the storm and records for it at once. */
  #planNewcomer(): void {
    const [dice, time] = [this.#dice, this.#time];
    time.at(START_MS + dice.between(0, STORM_MS / 2), async () => {
      const newcomer = createMerchant('delta', { dice, time, isStormy: this.#isStormy });
      this.#merchants.push(newcomer);
      this.#initiators.busy += 1;
      await this.#byHand.create(newcomer);
      this.#initiators.busy -= 1;
      // Outcomes that are listed while an endpoint is being written are found by the audit.
      const fromMs = time.now + 5_000;
      for (let n = 0; n < 5; n += 1) this.#planOne(newcomer, `new_${n}`, fromMs + dice.between(0, 120_000));
    });
  }

  /** Fills the retry lane with messages of other merchants. Healthy rows must be swept all the same. */
  #planCrowd(): void {
    const { crowdedUntilMs } = this.#story;
    if (crowdedUntilMs === undefined) return;
    this.#lanes.crowd.retry = OTHERS_IN_A_CROWD;
    this.#time.at(crowdedUntilMs, () => {
      this.#lanes.crowd.retry = 0;
    });
  }

  /** Records many outcomes while nothing is delivered: late notifications must not be counted as lost. */
  #planBacklog(): void {
    const { backlog, windowSeconds } = this.#story;
    const merchant = this.#merchants[0];
    if (backlog === undefined || merchant === undefined) return;
    const { of, fromMs, untilMs } = backlog;
    this.#time.at(fromMs, () => {
      if (of === 'stream') return this.#stream.pause();
      this.#lanes.crowd.first = OTHERS_IN_A_CROWD;
      this.#lanes.pause('first');
    });
    this.#time.at(untilMs, () => {
      if (of === 'stream') return this.#stream.resume();
      this.#lanes.crowd.first = 0;
      this.#lanes.resume('first');
    });
    const windowMs = windowSeconds * SECOND_MS;
    const windowStartMs = Math.ceil((fromMs + 1) / windowMs) * windowMs;
    for (let n = 0; n < BACKLOG_OUTCOMES[of]; n += 1) {
      const atMs = windowStartMs + this.#dice.between(0, windowMs * 0.8);
      this.#initiators.plan(merchant, `late_${n}`, atMs);
    }
  }

  /** Days with little traffic in which an endpoint stays dead. Then it comes back, and everything is sent again. */
  #planDays(): void {
    const { deadUntilMs } = this.#story;
    if (deadUntilMs === undefined) return;
    let n = 0;
    for (const merchant of this.#merchants) {
      let atMs = QUIET_FROM_MS;
      while (atMs < deadUntilMs) {
        n += 1;
        this.#initiators.plan(merchant, `quiet_${n}`, atMs);
        atMs += this.#dice.between(MIN_PAUSE_MS, MAX_PAUSE_MS);
      }
    }
    if (this.#dice.chance(0.5)) this.#time.at(deadUntilMs, () => this.#revive(deadUntilMs));
  }

  #revive(atMs: number): void {
    for (const merchant of this.#merchants) {
      for (const endpoint of merchant.endpoints) {
        for (const receiver of endpoint.receivers.values()) receiver.revive();
        if (endpoint.endpointId !== NOTIFY_URL_ENDPOINT)
          this.#byHand.planChange(merchant, endpoint, atMs, { enabled: true });
      }
      this.#byHand.planJob(merchant, atMs + MINUTE_MS);
    }
  }
}
