import { createMemoryStores } from '../../lib/adapters/memory/memory-stores.ts';
import { createHealthMonitor } from '../../lib/core/deliver/health/health-monitor.ts';
import { type RelayPorts, relay } from '../../lib/core/deliver/relay.ts';
import { createConfigCache } from '../../lib/core/merchants/config-cache.ts';
import type { MerchantId, Outcome, TransactionId } from '../../lib/core/model.ts';
import { isoTime, SECOND_MS } from '../../lib/core/time.ts';
import { VirtualTime } from '../../test/simulation/storm/virtual-time.ts';
import { takingTime } from '../virtual/taking-time.ts';
import { openMerchant } from '../virtual/virtual-merchant.ts';

/** Kinds of stream records, by their outcome. */
export const RECORD_KINDS = ['an end', 'an end after a PENDING', 'a PENDING to ask about'] as const;
type RecordKind = (typeof RECORD_KINDS)[number];

export interface RelayRun {
  readonly kind: RecordKind;
  readonly records: number;
  readonly merchants: number;
  /** Virtual milliseconds of each table call and each queue request. */
  readonly callMs: number;
}

export interface RelayMeasured {
  readonly perSecond: number;
  /** Table calls and queue requests per record. */
  readonly callsEach: number;
  readonly messages: number;
}

/** As in the template. */
const STREAM_BATCH = 100;
/** Messages in one queue request, as in the dispatcher. */
const QUEUE_BATCH = 10;
const START_MS = Date.parse('2026-11-20T08:00:00.000Z');

/** Relays the records of one shard, batch after batch, with the real use case on a virtual clock. */
export async function measureRelay(run: RelayRun): Promise<RelayMeasured> {
  const time = new VirtualTime(START_MS);
  const clock = { now: () => time.now };
  const counted = { calls: 0, messages: 0 };
  const stores = createMemoryStores({ clock });
  const records = await prepare(stores, run);
  const slowly = <T extends object>(port: T) => takingTime(port, () => call(time, run.callMs, counted));
  const send = async (messages: number) => {
    counted.messages += messages;
    // Batches are sent in parallel: together they take as long as one.
    const batches = Math.ceil(messages / QUEUE_BATCH);
    counted.calls += Math.max(0, batches - 1);
    if (batches > 0) await call(time, run.callMs, counted);
  };
  const reporter = { report: () => undefined };
  const ports: RelayPorts = {
    outcomes: slowly(stores.outcomes),
    configs: createConfigCache(slowly(stores.merchants)),
    health: createHealthMonitor({ health: slowly(stores.health), clock, reporter }),
    parking: {
      park: async ({ reason }) => {
        throw new Error(`Parked: ${reason}`);
      },
    },
    dispatcher: {
      sendNow: (_lane, messages) => send(messages.length),
      sendAllAt: (due) => send(due.length),
    },
    erasures: slowly(stores.erasures),
    rows: slowly(stores.rows),
    clock,
    clockTrust: { assertTrusted: () => undefined },
    reporter,
  };
  let isDone = false;
  const relayAll = async () => {
    for (let from = 0; from < records.length; from += STREAM_BATCH) {
      await relay(ports, records.slice(from, from + STREAM_BATCH).map(streamed));
    }
    isDone = true;
  };
  time.at(START_MS, () => void relayAll());
  await time.run(() => isDone, Number.POSITIVE_INFINITY);
  return {
    perSecond: (records.length * SECOND_MS) / (time.now - START_MS),
    callsEach: counted.calls / records.length,
    messages: counted.messages,
  };
}

const streamed = (outcome: Outcome, index: number) => ({
  kind: 'outcome' as const,
  recordId: String(index),
  outcome,
  payload: '{}',
});

async function call(time: VirtualTime, ms: number, counted: { calls: number }): Promise<void> {
  counted.calls += 1;
  await time.sleep(ms);
}

type Stores = ReturnType<typeof createMemoryStores>;

async function prepare(stores: Stores, run: RelayRun): Promise<readonly Outcome[]> {
  const merchantIds = Array.from({ length: run.merchants }, (_, index) => `shop_${index}` as MerchantId);
  const createdAt = isoTime(START_MS - SECOND_MS);
  for (const merchantId of merchantIds) {
    await openMerchant(stores, { merchantId, url: 'https://shop.example/hooks', createdAt });
  }
  const outcomes = Array.from({ length: run.records }, (_, index) =>
    outcomeOf(run.kind, {
      merchantId: merchantIds[index % run.merchants] ?? ('shop_0' as MerchantId),
      transactionId: `pay_${index}` as TransactionId,
    }),
  );
  for (const outcome of outcomes) {
    if (outcome.version === 2) await stores.outcomes.putIfAbsent(pendingOf(outcome), 0);
    await stores.outcomes.putIfAbsent(outcome, 0);
  }
  return outcomes;
}

function outcomeOf(kind: RecordKind, key: Pick<Outcome, 'merchantId' | 'transactionId'>): Outcome {
  const stamp = isoTime(START_MS);
  const common = {
    ...key,
    transactionType: 'payment',
    amount: 1999,
    currency: 'CNY',
    occurredAt: stamp,
    recordedAt: stamp,
  };
  if (kind === 'a PENDING to ask about') {
    const checkBack = { url: 'https://bank.example/checks', afterSeconds: 60, onUnknown: 'ask' as const };
    return { ...common, status: 'PENDING', version: 1, checkBack };
  }
  return { ...common, status: 'SUCCEEDED', version: kind === 'an end' ? 1 : 2, listedAt: stamp };
}

function pendingOf({ listedAt: _never, ...end }: Outcome): Outcome {
  return { ...end, status: 'PENDING', version: 1 };
}
