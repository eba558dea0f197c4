import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiAnswer, expectStatus } from '../../../lib/local/api-client.ts';
import type { Outcome, Receiver } from '../../../lib/receiver/index.ts';
import { type MemoryStore, memoryStore } from '../../../lib/receiver/stores/memory.ts';
import type { Found, HeldOrders } from './finding.ts';

/** A Tidings as one receiver reaches it. */
export interface ReceiverAccess {
  /** Opens the merchant's receiver on a store. */
  receiver(store: MemoryStore): Receiver;
  /** Sends a request with the receiver's key, such as `GET /v1/transactions?from=…`. */
  ask(request: string): Promise<ApiAnswer>;
  /** A full hour before the first outcome. */
  readonly since: string;
}

const CLOSING_MS = 300_000;
const PAUSE_MS = 1_000;
const FEED_PAGE = 500;

/**
 * Finds lost outcomes with the receiver kit: a receiver that holds all others compares digests of windows, and looks
 * only into what differs. Waits until all windows are closed, and counts `reconcile()` alone.
 */
export async function findByWindows(access: ReceiverAccess, { all, lost }: HeldOrders): Promise<Found> {
  const receiver = access.receiver(memoryStore());
  await until(`a closed window for each of ${all.length} outcomes`, async () => {
    const totals = await receiver.compare();
    return totals !== undefined && totals.there.count >= all.length;
  });
  const store = memoryStore();
  for (const item of await feedOf(access)) {
    if (!lost.has(item.transactionId)) await store.apply(item, () => undefined);
  }
  const { applied, requests, bytes } = await access.receiver(store).reconcile();
  return { found: applied, lost: lost.size, among: all.length, requests, bytes };
}

/** Everything that the service has listed for the merchant. */
async function feedOf({ ask, since }: ReceiverAccess): Promise<readonly Outcome[]> {
  const items: Outcome[] = [];
  for (let place = `from=${since}`; ; ) {
    const { json } = expectStatus(await ask(`GET /v1/transactions?${place}&limit=${FEED_PAGE}`), 200);
    // The feed has no metadata, and no digest covers it.
    for (const item of json.items) items.push({ metadata: {}, ...item });
    if (json.hasMore !== true) return items;
    place = `cursor=${encodeURIComponent(json.nextCursor)}`;
  }
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + CLOSING_MS; !(await isSo()); await sleep(PAUSE_MS)) {
    if (Date.now() > deadline) throw new Error(`Tidings has not got ${what} after ${CLOSING_MS / 1000} s.`);
  }
}
