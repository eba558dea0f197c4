import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import type { Dispatcher } from '../deliver/dispatcher.ts';
import { expectedEndpoints } from '../deliver/expected-endpoints.ts';
import { type Notification, untried } from '../deliver/state/notification.ts';
import type { NotificationStore } from '../deliver/state/notification-store.ts';
import type { TransactionReader } from '../deliver/state/transaction-reader.ts';
import { type Fault, isUnreadable } from '../faults.ts';
import { createDigestSum, sameGroups } from '../feed/digest.ts';
import type { FeedStore } from '../feed/feed-store.ts';
import { feedRows, type Window, windowOf, windowStart } from '../feed/window.ts';
import type { WindowStore } from '../feed/window-store.ts';
import type { Directory, DirectoryEntry } from '../merchants/directory.ts';
import { settingsOf } from '../merchants/listed-settings.ts';
import type { MerchantConfig } from '../merchants/merchant-config.ts';
import type { MerchantStore } from '../merchants/merchant-store.ts';
import { isTerminal, type MerchantId, type Outcome } from '../model.ts';
import { forEachPartition } from '../partitions.ts';
import type { Clock, ClockTrust, Reporter } from '../runtime/environment.ts';
import { isoTime, MINUTE_MS, msOf, SECOND_MS } from '../time.ts';
import { fallBehind } from './merchant-mark.ts';
import { type Slice, walkPartition } from './partition-scan.ts';
import { isStreamBehind } from './stream-behind.ts';

export interface AuditPorts {
  readonly directory: Directory;
  readonly merchants: Pick<MerchantStore, 'read'>;
  readonly feed: FeedStore;
  readonly windows: WindowStore;
  readonly outcomes: TransactionReader;
  readonly notifications: Pick<NotificationStore, 'save'>;
  readonly dispatcher: Pick<Dispatcher, 'backlog'>;
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
  readonly reporter: Reporter;
  readonly feedLagSeconds: number;
  /** Seconds after a window's end at which it is audited. Default: 15 minutes. */
  readonly auditAfterSeconds: number;
}

/** How long an audit waits while the stream or a lane is behind. A notification that is still on its way is not lost. */
const MAX_POSTPONED_MS = 60 * MINUTE_MS;
/** Messages that may wait in the lanes together before they count as behind. */
const MAX_WAITING = 1_000;
/** Rows checked in one batch, and the bound on missing notifications held in memory. */
const BATCH = 200;
const MAX_MISSING = 5_000;
/** Transactions of one merchant read side by side. */
const CONCURRENCY = 8;

/** What the partitions of one run share. */
interface AuditRun extends AuditPorts {
  /** Whether the lanes are behind. Measured once per run, and only if something is missing. */
  readonly areLanesBehind: () => Promise<boolean>;
}

/**
 * Audits the partitions; default: all. See {@link auditPartition}.
 *
 * @returns the time through which each partition is audited, in milliseconds since 1970; undefined if it was never closed
 */
export function auditPartitions(
  ports: AuditPorts,
  { partitions, deadlineMs }: { readonly partitions?: readonly number[]; readonly deadlineMs: number },
): Promise<readonly (number | undefined)[]> {
  let measured: Promise<boolean> | undefined;
  const areLanesBehind = () => {
    measured ??= isBehind(ports);
    return measured;
  };
  const run = { ...ports, areLanesBehind };
  return forEachPartition((partition) => auditPartition(run, { partition, deadlineMs }), partitions);
}

/**
 * Reads the rows of closed windows again, some time after closing, and checks two things: do the windows still have
 * the same contents, and does every expected notification exist? The audit does not depend on what it audits: the
 * stream, marks or messages. A merchant that waits to be closed, or whose stream is behind, is audited later. The
 * others are not delayed.
 *
 * @returns the time through which every merchant of the partition is audited, in milliseconds since 1970
 */
async function auditPartition(
  ports: AuditRun,
  { partition, deadlineMs }: { readonly partition: number; readonly deadlineMs: number },
): Promise<number | undefined> {
  const closed = await ports.directory.mark(partition, 'closed');
  if (closed === undefined) return undefined;
  ports.clockTrust.assertTrusted();
  const { windowSeconds } = closed;
  const nowMs = ports.clock.now();
  const auditedAfterMs = (ports.feedLagSeconds + ports.auditAfterSeconds) * SECOND_MS;
  /** Windows that ended before this time are audited even if something is behind. */
  const overdueMs = nowMs - auditedAfterMs - MAX_POSTPONED_MS;
  const readyUntilMs = windowStart(nowMs - auditedAfterMs, windowSeconds);
  const audited = await ports.directory.mark(partition, 'audited');
  return walkPartition(ports, {
    partition,
    mark: 'audited',
    markedMs: audited === undefined ? undefined : msOf(audited.through),
    readyUntilMs,
    windowSeconds,
    deadlineMs,
    work: (entry, slice) => {
      const closedMs = msOf(entry.own.closed.open?.through ?? closed.through);
      return auditMerchant(ports, entry, { ...slice, closedMs, overdueMs });
    },
    onFailure: (merchantId, reason) => ports.reporter.report({ event: 'audit_failed', merchantId, reason }),
  });
}

async function isBehind({ dispatcher }: AuditPorts): Promise<boolean> {
  const [first, retry] = await Promise.all([dispatcher.backlog('first'), dispatcher.backlog('retry')]);
  const waiting = first + retry;
  return waiting > MAX_WAITING;
}

interface AuditSlice extends Slice {
  /** The time through which this merchant's windows are closed. */
  readonly closedMs: number;
  readonly overdueMs: number;
}

/** Works window by window. Returns how far it got. */
async function auditMerchant(ports: AuditRun, entry: DirectoryEntry, slice: AuditSlice): Promise<number> {
  const settings = await settingsOf(ports.merchants, entry);
  if (settings === undefined) return slice.toMs;
  const merchant = { merchantId: entry.merchantId, feedShards: settings.feedShards };
  const windowMs = slice.windowSeconds * SECOND_MS;
  let startMs = slice.fromMs;
  while (startMs < slice.toMs && !slice.isLate()) {
    const endMs = startMs + windowMs;
    const isClosed = endMs <= slice.closedMs;
    const mayWait = endMs > slice.overdueMs;
    if (mayWait && !isClosed) break;
    const window = { ...slice, startMs, endMs, isClosed, mayWait };
    if ((await auditWindow(ports, merchant, window)) === 'postponed') break;
    startMs = endMs;
  }
  return startMs;
}

interface WindowSlice extends AuditSlice {
  readonly startMs: number;
  readonly endMs: number;
  readonly isClosed: boolean;
  readonly mayWait: boolean;
}

interface AuditedMerchant {
  readonly merchantId: MerchantId;
  readonly feedShards: number;
}

/** Reads the rows in batches, so memory does not grow with the window. A merchant's settings are read only if it has rows. */
async function auditWindow(
  ports: AuditRun,
  merchant: AuditedMerchant,
  slice: WindowSlice,
): Promise<'audited' | 'postponed'> {
  const { merchantId } = merchant;
  const range = { ...merchant, from: isoTime(slice.startMs), to: isoTime(slice.endMs) };
  const sum = createDigestSum();
  const found: Expectation = { missing: [], expected: 0 };
  let batch: Outcome[] = [];
  for await (const row of feedRows(ports.feed, range)) {
    sum.add(row);
    batch.push(row);
    if (batch.length < BATCH) continue;
    await look(ports, merchantId, { rows: batch, found });
    batch = [];
    if (slice.isLate()) return 'postponed';
    if (found.missing.length < MAX_MISSING) continue;
    if (slice.mayWait) return 'postponed';
    await restoreAll(ports, found);
  }
  await look(ports, merchantId, { rows: batch, found });
  const { missing, expected } = found;
  if (slice.mayWait && isStreamBehind({ missing: missing.length, expected })) return 'postponed';
  if (missing.length > 0 && slice.mayWait && (await ports.areLanesBehind())) return 'postponed';
  // A window that was never closed has nothing to be compared with. Close reports that case.
  if (slice.isClosed) await compare(ports, windowOf(sum, { merchantId, ...slice }));
  await restoreAll(ports, found);
  if (found.unreadable !== undefined) throw found.unreadable;
  return 'audited';
}

interface Expectation {
  /** The merchant's settings, once a row asked for them. */
  config?: MerchantConfig | undefined;
  missing: Notification[];
  expected: number;
  /** The first transaction that cannot be read. The audit restores what is missing of the others, then stops with it. */
  unreadable?: Fault;
}

async function restoreAll(ports: AuditPorts, found: Expectation): Promise<void> {
  for (const notification of found.missing) await restore(ports, notification);
  found.missing = [];
}

/**
 * A closed window whose contents changed is a breach of promise 4. It is corrected and counted, and an alarm is raised.
 * A missing window item means an empty window. The statement of the day is then checked again. This also happens if the
 * window was revised earlier: the run that revised it may have died before it moved the mark.
 */
async function compare(ports: AuditPorts, found: Window): Promise<void> {
  const { merchantId, start, end, groups } = found;
  // Most windows of most merchants are empty and not stored: the cheaper read says so. It may be behind for a moment, like
  // the index that the rows came from. If it differs, the exact read decides.
  const glanced = await ports.windows.read(merchantId, start, 'recent');
  if ((glanced?.revision ?? 0) === 0 && sameGroups(glanced?.groups ?? [], groups)) return;
  const current = await ports.windows.read(merchantId, start);
  if (!sameGroups(current?.groups ?? [], groups)) {
    const revision = (current?.revision ?? 0) + 1;
    if (await ports.windows.revise({ ...found, revision }, current?.revision)) {
      ports.reporter.report({ event: 'window_revised', merchantId, start });
    }
  } else if (current === undefined || current.revision === 0) return;
  await fallBehind(ports.directory, { merchantId, mark: 'stated', through: start, until: end });
}

/** Adds the number of notifications that these rows expect, and the ones that are missing. */
async function look(
  ports: AuditPorts,
  merchantId: MerchantId,
  { rows, found }: { readonly rows: readonly Outcome[]; readonly found: Expectation },
): Promise<void> {
  if (rows.length === 0) return;
  found.config ??= await ports.merchants.read(merchantId);
  const { config } = found;
  if (config === undefined) throw new Error(`${merchantId} is listed and has rows, but no profile.`);
  await boundedMap(rows, CONCURRENCY, async (row) => {
    const { version } = row;
    const transaction = await ports.outcomes.transaction(row).catch((error: unknown) => {
      if (!isUnreadable(error)) throw error;
      found.unreadable ??= error;
    });
    if (transaction === undefined) return;
    const { outcomes, notifications } = transaction;
    const outcome = outcomes.find((one) => one.version === version);
    if (outcome === undefined || !isTerminal(outcome)) return;
    const notifyUrl = outcome.notifyUrl ?? outcomes[0]?.notifyUrl;
    const there = new Set(
      notifications.filter((one) => one.version === version).map(({ endpointId }) => endpointId),
    );
    const endpointIds = expectedEndpoints(outcome, config, notifyUrl);
    found.expected += endpointIds.length;
    for (const endpointId of endpointIds) {
      if (!there.has(endpointId)) found.missing.push(untried({ ...outcome, endpointId }, outcome.listedAt));
    }
  });
}

/** Creates the notification as untried and due now. The sweep sends it, or a message that was only late finds it. */
async function restore(ports: AuditPorts, notification: Notification): Promise<void> {
  const now = isoTime(ports.clock.now());
  const created = { ...notification, startedAt: now, nextAttemptAt: now };
  if (!(await ports.notifications.save(created, 'absent'))) return;
  const { merchantId, transactionId, version, endpointId } = notification;
  ports.reporter.report({ event: 'lost', merchantId, transactionId, version, endpointId });
}
