import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, expectStatus } from '../../../lib/local/api-client.ts';
import { createReceiver, type Outcome, type Receiver } from '../../../lib/receiver/index.ts';
import { type MemoryStore, memoryStore } from '../../../lib/receiver/stores/memory.ts';
import type { Found, HeldOrders } from './finding.ts';

/** A running Tidings as a receiver reaches it. */
export interface ReceiverAccess {
  readonly url: string;
  readonly api: Api;
  readonly merchantId: string;
  readonly receiverKey: string;
  readonly merchantSecret: string;
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
  const receiver = receiverOf(access, memoryStore());
  await until(`a closed window for each of ${all.length} outcomes`, async () => {
    const totals = await receiver.compare();
    return totals !== undefined && totals.there.count >= all.length;
  });
  const store = memoryStore();
  for (const item of await feedOf(access)) {
    if (!lost.has(item.transactionId)) await store.apply(item, () => undefined);
  }
  const { applied, requests, bytes } = await receiverOf(access, store).reconcile();
  return { found: applied, lost: lost.size, among: all.length, requests, bytes };
}

function receiverOf(access: ReceiverAccess, store: MemoryStore): Receiver {
  const { url, merchantId, receiverKey, merchantSecret, since } = access;
  return createReceiver({
    merchantId,
    secrets: merchantSecret,
    store,
    onOutcome: () => undefined,
    service: { url, key: receiverKey, merchantSecrets: merchantSecret, since },
  });
}

/** Everything that the service has listed for the merchant. */
async function feedOf({ api, receiverKey, since }: ReceiverAccess): Promise<readonly Outcome[]> {
  const items: Outcome[] = [];
  for (let place = `from=${since}`; ; ) {
    const answer = await api(receiverKey, `GET /v1/transactions?${place}&limit=${FEED_PAGE}`);
    const { json } = expectStatus(answer, 200);
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
