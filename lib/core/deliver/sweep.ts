import { runTogether } from '../../protocol/runtime/bounded-map.ts';
import { Fault, isUnreadable } from '../faults.ts';
import type { ConfigCache } from '../merchants/config-cache.ts';
import { NOTIFY_URL_ENDPOINT, type TransactionKey } from '../model.ts';
import { forEachPartition, PARTITIONS } from '../partitions.ts';
import { type Check, checkMessageFor, isWaiting } from '../record/pending-check.ts';
import type { Clock, Reporter } from '../runtime/environment.ts';
import { isoTime, MINUTE_MS, msOf } from '../time.ts';
import { circuitOf, SETTINGS_MAX_AGE_MS } from './attempt/target.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { DueIndex, DueKey } from './due-index.ts';
import type { HealthMonitor } from './health/health-monitor.ts';
import type { SlotStore } from './rate/rate-limiter.ts';
import { createRateRelease, type RateRelease } from './rate/rate-release.ts';
import type { FencedStore } from './state/fenced-store.ts';
import { admits, messageFor, type Notification, type NotificationKey } from './state/notification.ts';
import type { NotificationStore } from './state/notification-store.ts';

/** How late a row must be before it counts as unsent. A message may be a little late for other reasons. */
const SWEEP_AFTER_MS = 3 * MINUTE_MS;
/** Lease on a swept row: the time its message has to be processed. */
const LEASE_MS = 15 * MINUTE_MS;
/** Backlog of the retry lane above which the sweep skips endpoints whose breaker is open. */
const MAX_BACKLOG = 10_000;
/** Rows of a partition per read (`PAGE`), and rows leased and sent together (`BATCH`). */
const PAGE = 1_000;
const BATCH = 20;

export interface SweepPorts {
  readonly dueIndex: DueIndex;
  readonly notifications: NotificationStore;
  readonly checks: FencedStore<TransactionKey, Check>;
  readonly dispatcher: Pick<Dispatcher, 'sendNow' | 'backlog'>;
  readonly configs: ConfigCache;
  readonly health: Pick<HealthMonitor, 'isOpen'>;
  readonly slots: Pick<SlotStore, 'read'>;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

interface PartitionSweep {
  /** Of the due index, 0 to 15. */
  readonly partition: number;
  readonly deadlineMs: number;
  /** Called once, with the time at which the most overdue row was due. */
  readonly onOldest?: (dueAt: string | undefined) => void;
}

/**
 * Sweeps all partitions, and reports how long the most overdue row has waited. This needs no read: each partition's rows
 * come oldest first. It reports even if rows could not be sent. It does not report if the index of a partition could not be
 * read, because the longest wait is then unknown; an alarm fires when reports are missing.
 */
export async function sweepAll(ports: SweepPorts, deadlineMs: number): Promise<void> {
  const oldest: (string | undefined)[] = [];
  const onOldest = (dueAt: string | undefined) => void oldest.push(dueAt);
  try {
    await forEachPartition((partition) => sweepPartition(ports, { partition, deadlineMs, onOldest }));
  } finally {
    if (oldest.length === PARTITIONS) {
      const nowMs = ports.clock.now();
      const waitedMs = oldest.map((dueAt) => (dueAt === undefined ? 0 : nowMs - msOf(dueAt)));
      ports.reporter.report({ event: 'due_swept', behindSeconds: Math.round(Math.max(...waitedMs) / 1000) });
    }
  }
}

/**
 * Finds rows that are due but unsent: their message was lost or never made. Each row is leased before it is sent, so that
 * two sweeps, or one that died, do not send it repeatedly. The lease keeps `rev`, so that a message that was only late
 * still works.
 *
 * Above {@link MAX_BACKLOG}, rows of dead endpoints are skipped, however many there are, to reach the other due rows
 * between them. An unreadable row stays at the front of the index for ever; it must not block the rows behind it.
 *
 * @returns the number of rows sent
 * @throws the first read failure of an unreadable row, after everything else was sent; a table refusal at once
 */
export async function sweepPartition(
  ports: SweepPorts,
  { partition, deadlineMs, onOldest }: PartitionSweep,
): Promise<number> {
  const before = isoTime(ports.clock.now() - SWEEP_AFTER_MS);
  let sent = 0;
  const unreadable: unknown[] = [];
  const release = createRateRelease(ports);
  let cursor: string | undefined;
  do {
    const due = await ports.dueIndex.page({
      partition,
      before,
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    if (cursor === undefined) onOldest?.(due.oldest);
    sent += await sendPage(ports, due.keys, { before, deadlineMs, unreadable, release });
    cursor = due.cursor;
  } while (cursor !== undefined && ports.clock.now() < deadlineMs);
  if (sent > 0) ports.reporter.report({ event: 'swept', partition, sent });
  if (unreadable.length > 0) throw unreadable[0];
  return sent;
}

/** What all pages of one partition's run share. */
interface PageToSend {
  readonly before: string;
  readonly deadlineMs: number;
  readonly unreadable: unknown[];
  readonly release: RateRelease;
}

async function sendPage(ports: SweepPorts, keys: readonly DueKey[], options: PageToSend): Promise<number> {
  const { before, deadlineMs, unreadable, release } = options;
  if (keys.length === 0) return 0;
  const isCrowded = (await ports.dispatcher.backlog('retry')) >= MAX_BACKLOG;
  let batch: DueRow[] = [];
  let sent = 0;
  for (const [place, due] of keys.entries()) {
    const isSkipped = isCrowded && due.kind === 'notification' && (await isKnownDead(ports, due.key));
    if (!isSkipped) batch.push({ due, holdUntilMs: await holdUntilMs(release, due) });
    const isLast = place === keys.length - 1;
    if (batch.length < BATCH && !isLast) continue;
    const { leased, failures } = await sendBatch(ports, batch, before);
    sent += leased;
    // If the table refuses this row now, it will refuse the next one too.
    const refusal = failures.find((one) => one instanceof Fault && !isUnreadable(one));
    if (refusal !== undefined) throw refusal;
    unreadable.push(...failures);
    batch = [];
    if (ports.clock.now() >= deadlineMs) break;
  }
  return sent;
}

/** A row that is due, and the time until which the rate of its endpoint holds it back. */
interface DueRow {
  readonly due: DueKey;
  readonly holdUntilMs: number | undefined;
}

function holdUntilMs(release: RateRelease, due: DueKey): Promise<number | undefined> | undefined {
  return due.kind === 'notification' ? release.holdUntil(due.key) : undefined;
}

/**
 * Sends every leased row, even if other rows or the other lane failed: a row leased but unsent waits for 15 minutes.
 *
 * @throws the first failure of a lane, after both were tried
 */
async function sendBatch(ports: SweepPorts, rows: readonly DueRow[], before: string) {
  const untilMs = ports.clock.now() + LEASE_MS;
  const notifications = rows.flatMap(({ due: { kind, key }, holdUntilMs }) =>
    kind === 'notification'
      ? [{ key, untilMs: holdUntilMs ?? untilMs, isHeld: holdUntilMs !== undefined }]
      : [],
  );
  const [held, ready] = [
    notifications.filter(({ isHeld }) => isHeld),
    notifications.filter(({ isHeld }) => !isHeld),
  ];
  const checks = rows.flatMap(({ due: { kind, key } }) => (kind === 'check' ? [{ key, untilMs }] : []));
  const [retry, check, holding] = await Promise.all([
    leaseAll(ports.notifications, ready, { before, isOpen: hasWork }),
    leaseAll(ports.checks, checks, { before, isOpen: isWaiting }),
    leaseAll(ports.notifications, held, { before, isOpen: hasWork }),
  ]);
  const { dispatcher } = ports;
  await runTogether([
    () => dispatcher.sendNow('retry', retry.leased.map(messageFor)),
    () => dispatcher.sendNow('check', check.leased.map(checkMessageFor)),
  ]);
  return {
    leased: retry.leased.length + check.leased.length,
    failures: [...retry.failures, ...check.failures, ...holding.failures],
  };
}

function hasWork(notification: Notification): boolean {
  return admits(notification, notification.rev);
}

/** Which rows may be leased. */
interface LeaseRule<Item> {
  /** Only rows due by this time. */
  readonly before: string;
  /** Whether a message for the row still has work to do. */
  readonly isOpen: (item: Item) => boolean;
}

/** A row to lease, and the end of the lease. */
interface KeyToLease<Key> {
  readonly key: Key;
  readonly untilMs: number;
}

async function leaseAll<Key, Item extends Key & { readonly nextAttemptAt?: string }>(
  store: FencedStore<Key, Item>,
  keys: readonly KeyToLease<Key>[],
  rule: LeaseRule<Item>,
): Promise<{ readonly leased: readonly Item[]; readonly failures: readonly unknown[] }> {
  const leased: Item[] = [];
  const failures: unknown[] = [];
  const results = await Promise.allSettled(keys.map((key) => lease(store, key, rule)));
  for (const result of results) {
    if (result.status === 'rejected') failures.push(result.reason);
    else if (result.value !== undefined) leased.push(result.value);
  }
  return { leased, failures };
}

/** The index may be behind. The row itself decides: it is read with strong consistency and leased conditionally. */
async function lease<Key, Item extends Key & { readonly nextAttemptAt?: string }>(
  store: FencedStore<Key, Item>,
  { key, untilMs }: KeyToLease<Key>,
  { before, isOpen }: LeaseRule<Item>,
): Promise<Item | undefined> {
  const item = await store.read(key);
  if (item?.nextAttemptAt === undefined || item.nextAttemptAt > before) return undefined;
  if (!isOpen(item)) return undefined;
  return (await store.lease(item, isoTime(untilMs))) ? item : undefined;
}

/** False when unknown: the host of a transaction's own URL, and unreadable settings. `deliver` finds out. */
async function isKnownDead(ports: SweepPorts, key: NotificationKey): Promise<boolean> {
  if (key.endpointId === NOTIFY_URL_ENDPOINT) return false;
  const asOfMs = ports.clock.now() - SETTINGS_MAX_AGE_MS;
  const config = await ports.configs.get(key.merchantId, asOfMs).catch((error: unknown) => {
    if (!isUnreadable(error)) throw error;
  });
  const endpoint = config?.endpoints.find(({ endpointId }) => endpointId === key.endpointId);
  return ports.health.isOpen(circuitOf(key, { endpoint }));
}
