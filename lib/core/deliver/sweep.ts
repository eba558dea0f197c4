import { type Check, checkMessageFor } from '../check-back/check-state.ts';
import type { CheckStore } from '../check-back/check-store.ts';
import type { Clock, Reporter } from '../environment.ts';
import { Fault, isUnreadable } from '../faults.ts';
import type { ConfigCache } from '../merchants/config-cache.ts';
import { NOTIFY_URL_ENDPOINT } from '../model.ts';
import { isoTime, MINUTE_MS } from '../time.ts';
import { circuitOf, SETTINGS_MAX_AGE_MS } from './attempt/target.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { DueIndex, DueKey } from './due-index.ts';
import type { HealthMonitor } from './health/health-monitor.ts';
import type { FencedStore } from './state/fenced-store.ts';
import { admits, messageFor, type Notification, type NotificationKey } from './state/notification.ts';
import type { NotificationStore } from './state/notification-store.ts';

/** How late a row must be before it counts as due and not sent: messages have their own ways of being late. */
const SWEEP_AFTER_MS = 3 * MINUTE_MS;
/** For how long a swept row is left alone: its message has so long to be worked off. */
const LEASE_MS = 15 * MINUTE_MS;
/** Messages of the retry lane above which only those are sent that have a chance to be delivered. */
const MAX_BACKLOG = 10_000;
/** Rows of one partition read at a time, and those of them that are leased and sent together. */
const PAGE = 1_000;
const BATCH = 20;

export interface SweepPorts {
  readonly dueIndex: DueIndex;
  readonly notifications: NotificationStore;
  readonly checks: CheckStore;
  readonly dispatcher: Pick<Dispatcher, 'sendNow' | 'backlog'>;
  readonly configs: ConfigCache;
  readonly health: Pick<HealthMonitor, 'isOpen'>;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

/**
 * Finds what is due and was not sent: its message was lost, or never made. Each row is leased before it is
 * sent, so that two sweeps, or one that died, do not send it again and again; `rev` stays, so that the message
 * that was only late still works.
 *
 * Above the lane's backlog, dead endpoints' rows are passed over, however many there are: what else is due lies
 * between them.
 *
 * @param partition 0 to 15, of the due index
 * A row that nobody can read keeps none behind it from being sent: it stays first for ever.
 *
 * @returns how many were sent
 * @throws what could not be read, after everything else was sent
 */
export async function sweepPartition(
  ports: SweepPorts,
  { partition, deadlineMs }: { readonly partition: number; readonly deadlineMs: number },
): Promise<number> {
  const before = isoTime(ports.clock.now() - SWEEP_AFTER_MS);
  let sent = 0;
  const unreadable: unknown[] = [];
  let cursor: string | undefined;
  do {
    const due = await ports.dueIndex.page({
      partition,
      before,
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    sent += await sendPage(ports, due.keys, { before, deadlineMs, unreadable });
    cursor = due.cursor;
  } while (cursor !== undefined && ports.clock.now() < deadlineMs);
  if (sent > 0) ports.reporter.report({ event: 'swept', partition, sent });
  if (unreadable.length > 0) throw unreadable[0];
  return sent;
}

/** What the pages of one partition's run have in common. */
interface PageToSend {
  readonly before: string;
  readonly deadlineMs: number;
  readonly unreadable: unknown[];
}

async function sendPage(ports: SweepPorts, keys: readonly DueKey[], options: PageToSend): Promise<number> {
  const { before, deadlineMs, unreadable } = options;
  if (keys.length === 0) return 0;
  const isCrowded = (await ports.dispatcher.backlog('retry')) >= MAX_BACKLOG;
  let batch: DueKey[] = [];
  let sent = 0;
  for (const [place, due] of keys.entries()) {
    const isPassedOver = isCrowded && due.kind === 'notification' && (await isSurelyDead(ports, due.key));
    if (!isPassedOver) batch.push(due);
    const isLast = place === keys.length - 1;
    if (batch.length < BATCH && !isLast) continue;
    const { leased, failures } = await sendBatch(ports, batch, before);
    sent += leased;
    // What the table refuses now it refuses for the next row, too.
    const refusal = failures.find((one) => one instanceof Fault && !isUnreadable(one));
    if (refusal !== undefined) throw refusal;
    unreadable.push(...failures);
    batch = [];
    if (ports.clock.now() >= deadlineMs) break;
  }
  return sent;
}

/** What was leased is sent, whatever became of the others: a lease that is not sent waits a quarter of an hour. */
async function sendBatch(ports: SweepPorts, due: readonly DueKey[], before: string) {
  const notifications = due.flatMap((one) => (one.kind === 'notification' ? [one.key] : []));
  const checks = due.flatMap((one) => (one.kind === 'check' ? [one.key] : []));
  const [retry, check] = await Promise.all([
    leaseAll(ports, ports.notifications, { keys: notifications, before, isOpen: hasWork }),
    leaseAll(ports, ports.checks, { keys: checks, before, isOpen: isWaiting }),
  ]);
  if (retry.leased.length > 0) await ports.dispatcher.sendNow('retry', retry.leased.map(messageFor));
  if (check.leased.length > 0) await ports.dispatcher.sendNow('check', check.leased.map(checkMessageFor));
  return {
    leased: retry.leased.length + check.leased.length,
    failures: [...retry.failures, ...check.failures],
  };
}

function hasWork(notification: Notification): boolean {
  return admits(notification, notification.rev);
}

function isWaiting({ state }: Check): boolean {
  return state === 'waiting';
}

/** Which rows are leased. */
interface LeaseRule<Item> {
  /** Due by then. */
  readonly before: string;
  /** Whether a message still has something to do. */
  readonly isOpen: (item: Item) => boolean;
}

async function leaseAll<Key, Item extends Key & { readonly nextAttemptAt?: string }>(
  ports: SweepPorts,
  store: FencedStore<Key, Item>,
  { keys, ...rule }: LeaseRule<Item> & { readonly keys: readonly Key[] },
): Promise<{ readonly leased: readonly Item[]; readonly failures: readonly unknown[] }> {
  const leased: Item[] = [];
  const failures: unknown[] = [];
  const results = await Promise.allSettled(keys.map((key) => lease(ports, store, { ...rule, key })));
  for (const result of results) {
    if (result.status === 'rejected') failures.push(result.reason);
    else if (result.value !== undefined) leased.push(result.value);
  }
  return { leased, failures };
}

/** The index may be behind: what counts is the row itself, read strongly and leased on condition. */
async function lease<Key, Item extends Key & { readonly nextAttemptAt?: string }>(
  ports: SweepPorts,
  store: FencedStore<Key, Item>,
  { key, before, isOpen }: LeaseRule<Item> & { readonly key: Key },
): Promise<Item | undefined> {
  const item = await store.read(key);
  if (item?.nextAttemptAt === undefined || item.nextAttemptAt > before) return undefined;
  if (!isOpen(item)) return undefined;
  const until = isoTime(ports.clock.now() + LEASE_MS);
  return (await store.lease(item, until)) ? item : undefined;
}

/** The host of a transaction's own URL is not known here, nor settings that nobody can read: deliver finds out. */
async function isSurelyDead(ports: SweepPorts, key: NotificationKey): Promise<boolean> {
  if (key.endpointId === NOTIFY_URL_ENDPOINT) return false;
  const asOfMs = ports.clock.now() - SETTINGS_MAX_AGE_MS;
  const config = await ports.configs.get(key.merchantId, asOfMs).catch((error: unknown) => {
    if (!isUnreadable(error)) throw error;
  });
  const endpoint = config?.endpoints.find(({ endpointId }) => endpointId === key.endpointId);
  return ports.health.isOpen(circuitOf(key, { endpoint }));
}
