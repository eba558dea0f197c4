import type { MemoryStores } from '../../../lib/adapters/memory/memory-stores.ts';
import type { Outcome, TransactionId } from '../../../lib/core/model.ts';
import { isoTime, MINUTE_MS, SECOND_MS } from '../../../lib/core/time.ts';
import type { Dice } from '../storm/dice.ts';
import type { VirtualTime } from '../storm/virtual-time.ts';
import type { SimulatedMerchant } from '../world/simulated-merchants.ts';

/** A currency that this version does not know. */
const NEWER_CURRENCY = 'XNW';
/** The row is mended this much later: long enough for its window to become due, so that closing it is tried. */
const MIN_BROKEN_MS = 3 * MINUTE_MS;
const MAX_BROKEN_MS = 5 * MINUTE_MS;

/**
 * An initiator with a newer version of the kit. It writes outcomes in its own transactions, as rows that this version
 * would not accept. Some are unreadable for a while, until they are mended by hand.
 */
export class NewerKit {
  readonly #dice: Dice;
  readonly #time: VirtualTime;
  readonly #stores: () => MemoryStores;
  readonly #acknowledged: Outcome[];

  /** @param options.acknowledged receives the outcomes that were written */
  constructor(options: {
    readonly dice: Dice;
    readonly time: VirtualTime;
    readonly stores: () => MemoryStores;
    readonly acknowledged: Outcome[];
  }) {
    this.#dice = options.dice;
    this.#time = options.time;
    this.#stores = options.stores;
    this.#acknowledged = options.acknowledged;
  }

  plan(merchant: SimulatedMerchant, name: string, atMs: number): void {
    const isBroken = this.#dice.chance(0.5);
    this.#time.at(atMs, async () => {
      const outcome = this.#outcomeOf(merchant, name);
      await this.#stores().outcomes.putIfAbsent(outcome, 0);
      this.#acknowledged.push(outcome);
      if (!isBroken) return;
      this.#rewrite(outcome, { amount: 'a lot' });
      const mendedMs = this.#time.now + this.#dice.between(MIN_BROKEN_MS, MAX_BROKEN_MS);
      this.#time.at(mendedMs, () => this.#rewrite(outcome, {}));
    });
  }

  #outcomeOf(merchant: SimulatedMerchant, name: string): Outcome {
    const stamp = isoTime(this.#time.now);
    return {
      merchantId: merchant.merchantId,
      transactionId: name as TransactionId,
      ...merchant.content(0),
      currency: NEWER_CURRENCY,
      version: 1,
      recordedAt: stamp,
      listedAt: stamp,
      ...{ addedLater: SECOND_MS },
    };
  }

  #rewrite(outcome: Outcome, changes: object): void {
    const rows = this.#stores().contents.outcomes as Map<string, Outcome>;
    rows.set(`${outcome.merchantId}#${outcome.transactionId}#1`, { ...outcome, ...changes });
  }
}
