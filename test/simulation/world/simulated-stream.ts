import type { Dispatcher } from '../../../lib/core/deliver/dispatcher.ts';
import { relay, type StreamedOutcome } from '../../../lib/core/deliver/relay.ts';
import type { Outcome } from '../../../lib/core/model.ts';
import { notificationName } from '../checks/check-evidence.ts';
import type { Dice } from '../storm/dice.ts';
import type { VirtualTime } from '../storm/virtual-time.ts';
import type { Fleet } from './fleet.ts';

/** The table's stream: in order, and each batch repeats until it is relayed. */
export class Stream {
  /** First attempts that the relay sent, by {@link notificationName}. */
  readonly handedOver = new Set<string>();
  readonly #records: StreamedOutcome[] = [];
  readonly #dice: Dice;
  readonly #time: VirtualTime;
  readonly #fleet: () => Fleet;
  readonly #isStormy: () => boolean;
  #isRunning = false;
  #isPaused = false;

  constructor(options: {
    readonly dice: Dice;
    readonly time: VirtualTime;
    readonly fleet: () => Fleet;
    readonly isStormy: () => boolean;
  }) {
    this.#dice = options.dice;
    this.#time = options.time;
    this.#fleet = options.fleet;
    this.#isStormy = options.isStormy;
  }

  get isEmpty(): boolean {
    return this.#records.length === 0;
  }

  add(outcome: Outcome): void {
    this.#records.push({ kind: 'outcome', recordId: String(this.#time.now), outcome, payload: '{}' });
    this.#start();
  }

  /** Stops the stream until it resumes. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#start();
  }

  #start(): void {
    if (this.#isRunning || this.#isPaused) return;
    this.#isRunning = true;
    this.#time.at(this.#time.now + this.#dice.between(10, 2_000), () => void this.#run());
  }

  #noting(dispatcher: Dispatcher): Dispatcher {
    return {
      ...dispatcher,
      sendAllAt: (due) => dispatcher.sendAllAt(due),
      sendNow: async (lane, messages) => {
        await dispatcher.sendNow(lane, messages);
        for (const message of messages)
          if ('endpointId' in message) this.handedOver.add(notificationName(message));
      },
    };
  }

  async #run(): Promise<void> {
    while (!this.isEmpty && !this.#isPaused) {
      const batch = this.#records.slice(0, this.#dice.between(1, 5));
      const isDone = await this.#fleet()
        .invoke('relay', async (ports) => {
          await relay({ ...ports, dispatcher: this.#noting(ports.dispatcher) }, batch);
          return true;
        })
        .catch(() => undefined);
      // The process died between success and checkpoint, so the batch comes again.
      const isRepeated = this.#isStormy() && this.#dice.chance(0.05);
      if (isDone === true && !isRepeated) this.#records.splice(0, batch.length);
      else await this.#time.sleep(this.#dice.between(100, 10_000));
    }
    this.#isRunning = false;
  }
}
