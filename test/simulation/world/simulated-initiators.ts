import type { Outcome, OutcomeContent, TransactionId, TransactionKey } from '../../../lib/core/model.ts';
import { recordOutcome } from '../../../lib/core/record/record.ts';
import type { Dice } from '../storm/dice.ts';
import type { VirtualTime } from '../storm/virtual-time.ts';
import type { Fleet } from './fleet.ts';
import type { SimulatedMerchant } from './simulated-merchants.ts';

/** Services that record outcomes. Each repeats the same content until the answer says that it is stored. */
export class Initiators {
  /** Outcomes whose recording was answered. */
  readonly acknowledged: Outcome[] = [];
  /** Number of services that are still recording. */
  busy = 0;
  readonly #dice: Dice;
  readonly #time: VirtualTime;
  readonly #fleet: Fleet;

  constructor(options: { readonly dice: Dice; readonly time: VirtualTime; readonly fleet: Fleet }) {
    this.#dice = options.dice;
    this.#time = options.time;
    this.#fleet = options.fleet;
  }

  /** Plans one transaction. It may have a PENDING first, and a second service may record another end. */
  plan(merchant: SimulatedMerchant, name: string, atMs: number): TransactionKey {
    const key = { merchantId: merchant.merchantId, transactionId: name as TransactionId };
    const content = merchant.content(this.busy);
    const isPrepared = this.#dice.chance(0.3);
    this.#at(atMs, key, isPrepared ? [{ ...content, status: 'PENDING' }, content] : [content]);
    if (this.#dice.chance(0.1)) {
      // One of the two must be refused.
      const status = content.status === 'FAILED' ? 'SUCCEEDED' : 'FAILED';
      this.#at(atMs + this.#dice.between(0, 2_000), key, [{ ...content, status }]);
    }
    return key;
  }

  #at(atMs: number, key: TransactionKey, contents: readonly OutcomeContent[]): void {
    this.busy += 1;
    this.#time.at(atMs, async () => {
      for (const content of contents) await this.#record(key, content);
      this.busy -= 1;
    });
  }

  async #record(key: TransactionKey, content: OutcomeContent): Promise<void> {
    for (;;) {
      const result = await this.#fleet
        .invoke('record', (ports) => recordOutcome(ports, key, content))
        .catch(() => undefined);
      if (result?.kind === 'created' || result?.kind === 'unchanged') {
        // The requested content: the answer says that it is stored like this.
        this.acknowledged.push({ ...result.outcome, ...content });
      }
      if (result !== undefined) return;
      await this.#time.sleep(this.#dice.between(100, 5_000));
    }
  }
}
