import type { DatabaseSync } from 'node:sqlite';
import { outcomeSchema, type TerminalOutcome } from '../lib/core/model.ts';
import { partitionOf } from '../lib/core/partitions.ts';
import { createReceiver, type Outcome, type Receiver } from '../lib/receiver/index.ts';
import { sqliteStore } from '../lib/receiver/stores/sqlite.ts';
import { createWorld } from '../test/support/world.ts';

/**
 * A merchant with any number of outcomes spread evenly over a day, and receivers that missed some of them. The service is
 * real except for its feed and its transactions. These are computed from their number, so that a million of them need no
 * memory.
 */

const START = '2026-11-20T00:00:00.000Z';
const START_MS = Date.parse(START);
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MERCHANT = 'demo';

export interface Day {
  readonly outcomes: number;
  /** The nth outcome of the day. */
  outcome(index: number): Outcome;
  receiver(db: DatabaseSync): Receiver;
  /** The service as its clients reach it. */
  readonly service: {
    readonly key: string;
    readonly merchantSecret: string;
    readonly nowMs: number;
    fetch(url: string, init?: RequestInit): Promise<Response>;
  };
  /** Measures what it costs to read the whole feed. */
  listAll(): Promise<{ readonly requests: number; readonly bytes: number }>;
}

export async function openDay(outcomes: number): Promise<Day> {
  const world = createWorld();
  world.time.nowMs = START_MS - HOUR_MS;
  const merchant = await world.merchant(MERCHANT);
  // With an endpoint, notifications for the missed outcomes are still open. So they are acknowledged.
  await merchant.endpoint();
  const stepMs = DAY_MS / outcomes;
  const row = (index: number) => rowOf(index, START_MS + Math.floor(index * stepMs));
  const indexAt = (time: string) =>
    Math.max(0, Math.min(outcomes, Math.ceil((Date.parse(time) - START_MS) / stepMs)));

  world.ports.feed.page = async ({ from, to, after, limit, cursor }) => {
    const behind = after === undefined ? 0 : indexOf(after.transactionId) + 1;
    const start = Math.max(indexAt(from), behind, Number(cursor ?? 0));
    const end = Math.min(indexAt(to), start + limit);
    const rows = Array.from({ length: Math.max(0, end - start) }, (_, index) => row(start + index));
    return { rows, ...(end < indexAt(to) && { cursor: String(end) }) };
  };
  const { transaction, read } = world.ports.outcomes;
  world.ports.outcomes.transaction = async (key) => ({
    ...(await transaction(key)),
    outcomes: [row(indexOf(key.transactionId))],
  });
  world.ports.outcomes.read = async (key) =>
    key.version === 1 ? row(indexOf(key.transactionId)) : read(key);

  world.time.nowMs = START_MS + DAY_MS + HOUR_MS;
  for (let mark = ''; mark < new Date(START_MS + DAY_MS).toISOString(); ) {
    await world.closeWindows();
    mark = (await world.ports.directory.mark(partitionOf(row(0).merchantId), 'closed'))?.through ?? '';
  }

  const fetch = async (url: string, init?: RequestInit) =>
    world.app.request(url.slice('https://tidings.example'.length), init);
  return {
    outcomes,
    service: { key: merchant.receiver, merchantSecret: merchant.secret, nowMs: world.time.nowMs, fetch },
    outcome: (index) => ({ metadata: {}, ...row(index) }) as unknown as Outcome,

    receiver: (db) =>
      createReceiver({
        merchantId: MERCHANT,
        secrets: merchant.secret,
        store: sqliteStore(db),
        onOutcome: () => undefined,
        now: () => world.time.nowMs,
        service: {
          url: 'https://tidings.example',
          key: merchant.receiver,
          merchantSecrets: merchant.secret,
          since: START,
          fetch,
        },
      }),

    async listAll() {
      let requests = 0;
      let bytes = 0;
      let place = `from=${START}`;
      for (;;) {
        const { text, json } = await world.call(merchant.receiver, `GET /v1/transactions?${place}&limit=500`);
        requests += 1;
        bytes += Buffer.byteLength(text);
        if (json.hasMore !== true) return { requests, bytes };
        place = `cursor=${json.nextCursor}`;
      }
    },
  };
}

/** Fills a receiver's store with some outcomes of the day, as callbacks would. */
export async function fillStore(day: Day, db: DatabaseSync, indexes: Iterable<number>): Promise<void> {
  const store = sqliteStore(db);
  for (const index of indexes) await store.apply(day.outcome(index), () => undefined);
}

/** Picks `count` indexes out of `outcomes`, spread over the day. */
export function spread(count: number, outcomes: number): ReadonlySet<number> {
  const each = outcomes / count;
  return new Set(Array.from({ length: count }, (_, index) => Math.floor((index + 0.37) * each)));
}

function rowOf(index: number, listedAtMs: number): TerminalOutcome {
  const listedAt = new Date(listedAtMs).toISOString();
  return outcomeSchema().parse({
    merchantId: MERCHANT,
    transactionId: `pay_${String(index).padStart(7, '0')}`,
    version: 1,
    transactionType: index % 10 === 0 ? 'refund' : 'payment',
    status: index % 20 === 7 ? 'FAILED' : 'SUCCEEDED',
    amount: (index * 7_919) % 100_000,
    currency: 'CNY',
    reference: `ORDER-${index}`,
    occurredAt: new Date(listedAtMs - 1_500).toISOString(),
    recordedAt: listedAt,
    listedAt,
  }) as TerminalOutcome;
}

function indexOf(transactionId: string): number {
  return Number(transactionId.slice('pay_'.length));
}
