import type { Dispatcher } from '../../lib/core/deliver/dispatcher.ts';
import type { DeliveryLane } from '../../lib/core/events.ts';
import { SECOND_MS } from '../../lib/core/time.ts';
import type { VirtualTime } from '../../test/simulation/storm/virtual-time.ts';

/** A message as a function receives it. */
export interface Received {
  readonly lane: DeliveryLane;
  readonly body: string;
  receivedTimes: number;
}

/** As in the template. */
const CONCURRENCY: Readonly<Record<DeliveryLane, number>> = { first: 50, retry: 20 };
const BATCH = 10;
const VISIBILITY_MS = 360 * SECOND_MS;

/**
 * The two delivery lanes under a virtual clock. Messages of all merchants are received in the order of their arrival.
 * The fair queues of SQS are left out.
 */
export class VirtualLanes {
  readonly #time: VirtualTime;
  readonly #callMs: number;
  readonly #ready: Record<DeliveryLane, Received[]> = { first: [], retry: [] };
  /** Instances that wait for a batch. All of them start before the measurement. */
  readonly #idle: Record<DeliveryLane, number[]>;
  readonly #work: (instance: number, batch: readonly Received[]) => Promise<readonly Received[]>;

  /** @param work an instance handles a batch and resolves with the messages that failed */
  constructor(options: {
    readonly time: VirtualTime;
    /** Milliseconds of each request to a queue. */
    readonly callMs: number;
    readonly work: (instance: number, batch: readonly Received[]) => Promise<readonly Received[]>;
  }) {
    this.#time = options.time;
    this.#callMs = options.callMs;
    this.#work = options.work;
    const { first, retry } = CONCURRENCY;
    this.#idle = {
      first: Array.from({ length: first }, (_, index) => index),
      retry: Array.from({ length: retry }, (_, index) => first + index),
    };
  }

  readonly dispatcher: Dispatcher = {
    sendNow: async (lane, messages) => {
      if (lane === 'check') throw new Error('There are no checks here.');
      if (messages.length > 0) await this.#time.sleep(this.#callMs);
      for (const message of messages) this.#send(lane, JSON.stringify(message), 0);
    },
    sendAt: async (message, atMs) => {
      await this.#time.sleep(this.#callMs);
      this.#send('retry', JSON.stringify(message), atMs - this.#time.now);
    },
    sendAllAt: async (due) => {
      if (due.length > 0) throw new Error('There are no checks here.');
    },
    backlog: async (lane) => (lane === 'check' ? 0 : this.#ready[lane].length),
  };

  #send(lane: DeliveryLane, body: string, delayMs: number): void {
    this.#show({ lane, body, receivedTimes: 0 }, delayMs);
  }

  #show(received: Received, delayMs: number): void {
    this.#time.at(this.#time.now + Math.max(0, delayMs), () => {
      this.#ready[received.lane].push(received);
      this.#pump(received.lane);
    });
  }

  #pump(lane: DeliveryLane): void {
    while (this.#ready[lane].length > 0) {
      const instance = this.#idle[lane].shift();
      if (instance === undefined) return;
      void this.#run(lane, instance, this.#ready[lane].splice(0, BATCH));
    }
  }

  /** A batch ends with its slowest message. Only then is the instance free again. */
  async #run(lane: DeliveryLane, instance: number, batch: readonly Received[]): Promise<void> {
    for (const received of batch) received.receivedTimes += 1;
    await this.#time.sleep(this.#callMs);
    for (const failed of await this.#work(instance, batch)) this.#show(failed, VISIBILITY_MS);
    this.#idle[lane].push(instance);
    this.#pump(lane);
  }
}
