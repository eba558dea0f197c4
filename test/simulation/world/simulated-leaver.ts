import type { StoredExpectation } from '../../../lib/core/counts/counted-writes.ts';
import type { CallbackRequest, Exchange } from '../../../lib/core/deliver/attempt/sender.ts';
import type { Notification } from '../../../lib/core/deliver/state/notification.ts';
import { eraseMerchant } from '../../../lib/core/merchants/erasing/erase-merchant.ts';
import { runErasures } from '../../../lib/core/merchants/erasing/run-erasures.ts';
import type { MerchantId, Outcome, OutcomeContent, TransactionId } from '../../../lib/core/model.ts';
import { isoTime, MINUTE_MS, SECOND_MS } from '../../../lib/core/time.ts';
import { notificationName } from '../checks/check-evidence.ts';
import { START_MS, STORM_MS } from '../stories/stories.ts';
import { Dice } from '../storm/dice.ts';
import type { Fleet } from './fleet.ts';
import type { Ports, World } from './simulated-functions.ts';
import { createMerchant, type SimulatedMerchant, type Surroundings } from './simulated-merchants.ts';
import { Recorder } from './simulated-recorder.ts';

/** Outcomes that are recorded by API, before and after the erasure. */
const RECORDED = 24;
/** Outcomes that an initiator writes in its own transactions, after the erasure and after the deletion. */
const LATE = 16;
/** Longer than the deletion takes. */
const LATE_MS = 90 * MINUTE_MS;
const BANK = 'https://bank.leaver.example/check';

/**
 * A merchant that is erased in the middle of the storm. It has dice of its own, so that it changes what other seeds do as little
 * as possible. Nothing of it may be left in the end.
 */
export class Leaver {
  readonly merchant: SimulatedMerchant;
  /** The last state of each notification that was stored, and what the audit expected: counts of the service keep them. */
  readonly notifications = new Map<string, Notification>();
  readonly expectations = new Map<string, number>();
  /** When the erasure was answered. */
  erasedAtMs: number | undefined;
  busy = 0;
  readonly #dice: Dice;
  readonly #world: () => World;
  readonly #fleet: () => Fleet;

  constructor(options: {
    readonly seed: number;
    readonly around: Omit<Surroundings, 'dice'>;
    readonly world: () => World;
    readonly fleet: () => Fleet;
  }) {
    this.#dice = new Dice(options.seed + 700_001);
    this.#world = options.world;
    this.#fleet = options.fleet;
    this.merchant = createMerchant('leaver', { ...options.around, dice: this.#dice });
  }

  get merchantId(): MerchantId {
    return this.merchant.merchantId;
  }

  /** Everything of it is deleted, and nothing more is to come. */
  get isGone(): boolean {
    return this.busy === 0 && this.#isDeleted;
  }

  #isDeleted = false;

  plan(): void {
    const { time } = this.#world();
    const erasedFromMs = START_MS + this.#dice.between(4 * MINUTE_MS, STORM_MS - 2 * MINUTE_MS);
    for (let n = 0; n < RECORDED; n += 1)
      this.#record(`pay_${n}`, START_MS + this.#dice.between(MINUTE_MS, STORM_MS));
    // Many are under way at that moment.
    for (let n = 0; n < RECORDED; n += 1)
      this.#record(`near_${n}`, erasedFromMs + this.#dice.between(-MINUTE_MS, MINUTE_MS));
    this.busy += 1;
    time.at(erasedFromMs, async () => {
      await this.#insist((ports) =>
        eraseMerchant(ports, { merchantId: this.merchantId, confirm: this.merchantId }),
      );
      this.erasedAtMs = time.now;
      for (let n = 0; n < LATE; n += 1)
        this.#writeLate(`late_${n}`, time.now + this.#dice.between(0, LATE_MS));
      this.busy -= 1;
    });
  }

  /** A run of the job, as the sweep has one every minute. */
  async runErasures(ports: Ports): Promise<void> {
    await runErasures(ports, ports.clock.now() + 4 * MINUTE_MS);
    this.#isDeleted = (await this.#world().stores.erasures.read(this.merchantId))?.state === 'erased';
  }

  onNotification(notification: Notification): void {
    if (notification.merchantId === this.merchantId)
      this.notifications.set(notificationName(notification), notification);
  }

  onExpectation({ merchantId, start, expected }: StoredExpectation): void {
    if (merchantId === this.merchantId) this.expectations.set(start, expected);
  }

  /** Answers requests to its bank, which never knows how a transaction ended. */
  take({ url }: CallbackRequest): Exchange | undefined {
    if (url !== BANK) return undefined;
    return { kind: 'response', statusCode: 503, body: '', durationMs: SECOND_MS };
  }

  #record(name: string, atMs: number): void {
    const { time } = this.#world();
    const key = { merchantId: this.merchantId, transactionId: name as TransactionId };
    const content = this.merchant.content(0);
    const recorder = new Recorder({ dice: this.#dice, time, fleet: this.#fleet() });
    this.busy += 1;
    time.at(atMs, async () => {
      for (const one of this.#steps(content)) await recorder.record(key, one);
      this.busy -= 1;
    });
  }

  /** Some are PENDING first, and some of these never end. */
  #steps(content: OutcomeContent): readonly OutcomeContent[] {
    if (this.#dice.chance(0.6)) return [content];
    const isAsked = this.#dice.chance(0.5);
    const pending: OutcomeContent = {
      ...content,
      status: 'PENDING',
      ...(isAsked && {
        checkBack: { url: BANK, afterSeconds: this.#dice.between(10, 200), onUnknown: 'ask' },
      }),
    };
    return this.#dice.chance(0.5) ? [pending] : [pending, content];
  }

  #writeLate(name: string, atMs: number): void {
    const { time, stores } = this.#world();
    const content = this.merchant.content(0);
    this.busy += 1;
    time.at(atMs, async () => {
      const now = isoTime(time.now);
      const key = { merchantId: this.merchantId, transactionId: name as TransactionId };
      const outcome = { ...content, ...key, version: 1, recordedAt: now, listedAt: now } as Outcome;
      await stores.outcomes.putIfAbsent(outcome, 0);
      this.busy -= 1;
    });
  }

  async #insist(work: (ports: Ports) => Promise<unknown>): Promise<void> {
    const { time } = this.#world();
    for (;;) {
      const result = await this.#fleet()
        .invoke('admin', work)
        .catch(() => undefined);
      if (result !== undefined) return;
      await time.sleep(this.#dice.between(500, 5_000));
    }
  }
}
