import type { Outcome, OutcomeContent, TransactionId, TransactionKey } from '../../../lib/core/model.ts';
import type { Dice } from '../storm/dice.ts';
import type { VirtualTime } from '../storm/virtual-time.ts';
import type { SimulatedMerchant } from './simulated-merchants.ts';
import { Recorder, type RecorderOptions } from './simulated-recorder.ts';

/** Services that record outcomes. Each repeats the same content until the answer says that it is stored. */
export class Initiators {
  /** Outcomes whose recording was answered. */
  readonly acknowledged: Outcome[];
  /** Number of services that are still recording. */
  busy = 0;
  readonly #dice: Dice;
  readonly #time: VirtualTime;
  readonly #recorder: Recorder;

  constructor(options: RecorderOptions) {
    this.#dice = options.dice;
    this.#time = options.time;
    this.#recorder = new Recorder(options);
    this.acknowledged = this.#recorder.acknowledged;
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
      for (const content of contents) await this.#recorder.record(key, content);
      this.busy -= 1;
    });
  }
}
