import type { Outcome, OutcomeContent, TransactionKey } from '../../../lib/core/model.ts';
import { recordOutcome } from '../../../lib/core/record/record.ts';
import type { Dice } from '../storm/dice.ts';
import type { VirtualTime } from '../storm/virtual-time.ts';
import type { Fleet } from './fleet.ts';

export interface RecorderOptions {
  readonly dice: Dice;
  readonly time: VirtualTime;
  readonly fleet: Fleet;
}

/** Records as a service does: repeats the same content until an answer comes. */
export class Recorder {
  /** Outcomes whose recording was answered. */
  readonly acknowledged: Outcome[] = [];
  readonly #dice: Dice;
  readonly #time: VirtualTime;
  readonly #fleet: Fleet;

  constructor({ dice, time, fleet }: RecorderOptions) {
    this.#dice = dice;
    this.#time = time;
    this.#fleet = fleet;
  }

  async record(key: TransactionKey, content: OutcomeContent): Promise<void> {
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
