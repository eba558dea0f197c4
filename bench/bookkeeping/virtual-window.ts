import { createMemoryStores, type MemoryStores } from '../../lib/adapters/memory/memory-stores.ts';
import { auditPartitions } from '../../lib/core/bookkeeping/audit.ts';
import { closePartitions } from '../../lib/core/bookkeeping/close.ts';
import type { Glance } from '../../lib/core/bookkeeping/glance.ts';
import { untried } from '../../lib/core/deliver/state/notification.ts';
import type { FeedStore } from '../../lib/core/feed/feed-store.ts';
import { isTerminal } from '../../lib/core/model.ts';
import { PARTITIONS } from '../../lib/core/partitions.ts';
import { SECOND_MS } from '../../lib/core/time.ts';
import { VirtualTime } from '../../test/simulation/storm/virtual-time.ts';
import { takingTime } from '../virtual/taking-time.ts';
import { openMerchant } from '../virtual/virtual-merchant.ts';
import {
  AUDIT_AFTER_SECONDS,
  BUSY,
  CREATED_AT,
  FEED_LAG_SECONDS,
  idleMerchant,
  marksOf,
  rowOf,
  SHARES,
  startOf,
  WINDOW_SECONDS,
  type WindowLoad,
  WORKS,
  type Work,
} from './window-load.ts';

/** As the table's adapter divides many keys: the keys of one request, and the requests side by side. */
const BATCH = 100;
const SIDE_BY_SIDE = 8;

export interface VirtualWindow {
  /** Seconds of the slowest of the four invocations. */
  readonly seconds: Readonly<Record<Work, number>>;
  /** The rows that the closed window counts. */
  readonly closedRows: number;
  readonly events: readonly string[];
}

/** Closes and audits one window with the real use cases under a virtual clock, `callMs` for each call of the table. */
export async function measureVirtually(load: WindowLoad, callMs: number): Promise<VirtualWindow> {
  const table = await openTable(load);
  const seconds: Record<Work, number> = { close: 0, audit: 0 };
  const events: string[] = [];
  for (const work of WORKS) {
    const shares = [];
    for (const partitions of SHARES) {
      shares.push(await runShare({ table, load, work, partitions, callMs, events }));
    }
    seconds[work] = Math.max(...shares);
  }
  const window = [...table.contents.windows.values()].flatMap(({ groups }) => groups);
  const closedRows = window.reduce((sum, { count }) => sum + count, 0);
  return { seconds, closedRows, events };
}

interface ShareRun {
  readonly table: MemoryStores;
  readonly load: WindowLoad;
  readonly work: Work;
  readonly partitions: readonly number[];
  readonly callMs: number;
  readonly events: string[];
}

/** Every invocation has its own clock. They share nothing but the table. */
async function runShare({ table, load, work, partitions, callMs, events }: ShareRun): Promise<number> {
  const time = new VirtualTime(startOf(work));
  const slowly = <T extends object>(port: T) => takingTime(port, () => time.sleep(callMs));
  const ports = {
    ...table,
    merchants: slowly(table.merchants),
    directory: slowly(table.directory),
    windows: slowly(table.windows),
    feed: slowly(feedOf(load)),
    glance: glanceOf(table, load, (requests) => time.sleep(Math.ceil(requests / SIDE_BY_SIDE) * callMs)),
    dispatcher: { backlog: async () => 0 },
    clock: { now: () => time.now },
    clockTrust: { assertTrusted: () => undefined },
    reporter: { report: ({ event }: { readonly event: string }) => void events.push(event) },
    feedLagSeconds: FEED_LAG_SECONDS,
    windowSeconds: WINDOW_SECONDS,
    auditAfterSeconds: AUDIT_AFTER_SECONDS,
  };
  const deadlineMs = Number.POSITIVE_INFINITY;
  const works: Readonly<Record<Work, () => Promise<unknown>>> = {
    close: () => closePartitions(ports, { partitions, deadlineMs }),
    audit: () => auditPartitions(ports, { partitions, deadlineMs }),
  };
  let isDone = false;
  time.at(time.now, () => void works[work]().finally(() => (isDone = true)));
  await time.run(() => isDone, Number.POSITIVE_INFINITY);
  return (time.now - startOf(work)) / SECOND_MS;
}

/** Merchants and marks as they stand in memory; the rows of the window are made when they are read. */
async function openTable({ idle }: WindowLoad): Promise<MemoryStores> {
  const stores = createMemoryStores({ clock: { now: () => startOf('close') } });
  const merchantIds = [BUSY, ...Array.from({ length: idle }, (_, number) => idleMerchant(number))];
  for (const merchantId of merchantIds) {
    await openMerchant(stores, { merchantId, url: 'https://shop.example/hooks', createdAt: CREATED_AT });
  }
  const { closed, audited } = marksOf('close');
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    await stores.directory.saveMark(partition, 'closed', { through: closed, windowSeconds: WINDOW_SECONDS });
    await stores.directory.saveMark(partition, 'audited', { through: audited });
  }
  return stores;
}

function feedOf(load: WindowLoad): FeedStore {
  return {
    async page({ merchantId, limit, cursor }) {
      if (merchantId !== BUSY) return { rows: [] };
      const first = Number(cursor ?? 0);
      const end = Math.min(load.rows, first + limit);
      const numbers = Array.from({ length: end - first }, (_, place) => first + place);
      const rows = numbers.map((number) => rowOf(load, number)).filter(isTerminal);
      return { rows, ...(end < load.rows && { cursor: String(end) }) };
    },
  };
}

/** Every outcome is stored, and every notification delivered. */
function glanceOf(
  { windows }: MemoryStores,
  load: WindowLoad,
  wait: (requests: number) => Promise<void>,
): Glance {
  const waiting = async <Key, Row>(keys: readonly Key[], row: (key: Key) => Row) => {
    await wait(Math.ceil(keys.length / BATCH));
    return Promise.all(keys.map(row));
  };
  return {
    outcomes: (keys) =>
      waiting(keys, async ({ transactionId, version }) => ({
        ...rowOf(load, Number(transactionId.slice('pay_'.length))),
        version,
      })),
    notifications: (keys) => waiting(keys, async (key) => untried(key, marksOf('close').closed)),
    windows: (keys) => waiting(keys, ({ merchantId, start }) => windows.read(merchantId, start)),
  };
}
