import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createReceiver, type Receiver, toNodeHandler } from '../../receiver/index.ts';
import { sqliteStore } from '../../receiver/stores/sqlite.ts';
import type { MerchantCredentials } from '../credentials.ts';
import type { Listener } from './demo-receiver.ts';

/**
 * The merchant's own books, kept with the receiver kit. One transaction marks an order as paid and stores its
 * outcome.
 */
export interface Shop extends Pick<Receiver, 'reconcile' | 'compare'> {
  readonly listener: Listener;
  close(): void;
}

const HOUR_MS = 3_600_000;

export interface ShopOptions {
  readonly api: string;
  readonly merchant: MerchantCredentials;
  readonly dataDir: string;
  readonly now: () => number;
}

export function openShop(options: ShopOptions): Shop {
  const { api, merchant, dataDir, now } = options;
  const db = new DatabaseSync(join(dataDir, 'shop.db'), { timeout: 1_000 });
  db.exec('CREATE TABLE IF NOT EXISTS orders (reference TEXT PRIMARY KEY, status TEXT NOT NULL)');
  const receiver = createReceiver({
    merchantId: merchant.merchantId,
    secrets: merchant.endpointSecret,
    store: sqliteStore(db),
    onOutcome: ({ transactionId, reference, status }, tx) => {
      tx.prepare('INSERT OR REPLACE INTO orders VALUES (?, ?)').run(reference ?? transactionId, status);
    },
    // Do not throw: the demo shows conflicts, and its merchant has nobody to alert.
    onConflict: () => undefined,
    service: {
      url: api,
      key: merchant.receiverKey,
      merchantSecrets: merchant.merchantSecret,
      since: openedAt(db, now()),
    },
  });
  return {
    listener: toNodeHandler(receiver.handle),
    reconcile: receiver.reconcile,
    compare: receiver.compare,
    close: () => db.close(),
  };
}

/** The hour in which the books were opened. They are complete from that hour on. */
function openedAt(db: DatabaseSync, nowMs: number): string {
  db.exec('CREATE TABLE IF NOT EXISTS opened (at TEXT NOT NULL)');
  const stored = db.prepare('SELECT at FROM opened').get() as { readonly at: string } | undefined;
  if (stored !== undefined) return stored.at;
  const at = new Date(Math.floor(nowMs / HOUR_MS) * HOUR_MS).toISOString();
  db.prepare('INSERT INTO opened VALUES (?)').run(at);
  return at;
}
