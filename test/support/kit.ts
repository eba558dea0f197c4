import {
  createReceiver,
  type Outcome,
  type ReceiverEvent,
  type ReceiverOptions,
} from '../../lib/receiver/index.ts';
import { type MemoryTransaction, memoryStore } from '../../lib/receiver/stores/memory.ts';
import { signedCallback } from '../../lib/receiver/testing/index.ts';
import type { World } from './demo-world.ts';
import { payment } from './world.ts';

type ServiceFetch = NonNullable<NonNullable<ReceiverOptions<never>['service']>['fetch']>;

const MINUTE_MS = 60_000;
/** A full hour before everything that happens in a world. */
export const SINCE = '2026-11-20T07:00:00Z';

/** Returns a `fetch` with which the kit reaches the service in this process. */
export function fetchOf(world: World): ServiceFetch {
  return async (url, init) => world.app.request(url.slice('https://tidings.example'.length), init);
}

/** Opens a merchant of a world, with a receiver built with the kit on an in-memory store. */
export async function openKit(
  world: World,
  changes: {
    readonly receiver?: Partial<ReceiverOptions<MemoryTransaction>>;
    readonly service?: Partial<NonNullable<ReceiverOptions<never>['service']>>;
  } = {},
) {
  const merchant = await world.merchant('demo');
  const store = memoryStore();
  const events: ReceiverEvent[] = [];
  const applied: Outcome[] = [];
  const asked: string[] = [];
  const fetch = fetchOf(world);
  const options: ReceiverOptions<MemoryTransaction> = {
    merchantId: 'demo',
    secrets: merchant.secret,
    store,
    now: () => world.time.nowMs,
    onOutcome: (outcome, tx) => {
      applied.push(outcome);
      tx.set(outcome.transactionId, Number(tx.get(outcome.transactionId) ?? 0) + 1);
    },
    onEvent: (event) => void events.push(event),
    ...changes.receiver,
    service: {
      url: 'https://tidings.example',
      key: merchant.receiver,
      merchantSecrets: merchant.secret,
      since: SINCE,
      pauses: { sleep: async () => undefined, fraction: () => 0 },
      fetch: async (url, init) => {
        asked.push(`${init.method} ${url.slice('https://tidings.example'.length)}`);
        return fetch(url, init);
      },
      ...changes.service,
    },
  };
  const receiver = createReceiver<MemoryTransaction>(options);
  return {
    merchant,
    store,
    options,
    receiver,
    events,
    /** The outcomes with which `onOutcome` was called. */
    applied,
    /** The requests to the service. */
    asked,
    /** Records the outcome of a transaction as the initiator. */
    async record(transactionId: string, content: object = {}): Promise<Outcome> {
      const path = `/v1/merchants/demo/transactions/${transactionId}`;
      const { json } = await world.call(merchant.initiator, `PUT ${path}`, payment(content));
      return json;
    },
    /**
     * Delivers the callback of an outcome.
     * @returns the receiver's HTTP status
     */
    async tell(outcome: Outcome): Promise<number> {
      const now = () => world.time.nowMs;
      const { headers, body } = signedCallback(outcome, { secrets: merchant.secret, now });
      return (await receiver.handle({ method: 'POST', headers, body: Buffer.from(body) })).status;
    },
    /** Moves the clock forward and closes the windows that end in that time. */
    async pass(minutes: number) {
      world.time.nowMs += minutes * MINUTE_MS;
      for (let run = 0; run <= minutes / 60; run += 1) await world.closeWindows();
    },
  };
}
