import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import type { Dispatcher } from '../deliver/dispatcher.ts';
import type { Notification } from '../deliver/state/notification.ts';
import type { NotificationStore } from '../deliver/state/notification-store.ts';
import type { TransactionReader } from '../deliver/state/transaction-reader.ts';
import { createDigestSum, sameGroups } from '../feed/digest.ts';
import type { ExpectationStore } from '../feed/expectation-store.ts';
import type { FeedStore } from '../feed/feed-store.ts';
import { feedRows, type Window, windowOf, windowStart } from '../feed/window.ts';
import type { WindowStore } from '../feed/window-store.ts';
import type { Directory, DirectoryEntry } from '../merchants/directory.ts';
import { settingsOf } from '../merchants/listed-settings.ts';
import type { MerchantStore } from '../merchants/merchant-store.ts';
import type { MerchantId, Outcome } from '../model.ts';
import type { Clock, ClockTrust, Reporter } from '../runtime/environment.ts';
import { isoTime, MINUTE_MS, msOf, SECOND_MS } from '../time.ts';
import { skipEmptyWindows } from './empty-windows.ts';
import type { Glance } from './glance.ts';
import { fallBehind } from './merchant-mark.ts';
import { type Expectation, look } from './missing-notifications.ts';
import { type Slice, walkPartition } from './partition-scan.ts';
import { type RunShare, type SharedPartition, workOnShare } from './run-share.ts';
import { createStoredWindows, type GlancedWindow } from './stored-windows.ts';
import { isStreamBehind } from './stream-behind.ts';

export interface AuditPorts {
  readonly directory: Directory;
  readonly merchants: Pick<MerchantStore, 'read' | 'tombstone'>;
  readonly feed: FeedStore;
  readonly windows: WindowStore;
  readonly outcomes: TransactionReader;
  readonly glance: Glance;
  readonly notifications: Pick<NotificationStore, 'save'>;
  /** Keeps how many notifications each window expects. */
  readonly expectations: Pick<ExpectationStore, 'keep'>;
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
const BATCH = 500;
const MAX_MISSING = 5_000;
/** Missing notifications created side by side. */
const CONCURRENCY = 8;

/** What the partitions of one run share. */
interface AuditRun extends AuditPorts {
  /** Whether the lanes are behind. Measured once per run, and only if something is missing. */
  readonly areLanesBehind: () => Promise<boolean>;
}

/**
 * Audits partitions. See {@link auditPartition}.
 *
 * @returns the time through which each partition is audited, in milliseconds since 1970; undefined if it was never closed
 */
export function auditPartitions(
  ports: AuditPorts,
  share: RunShare,
): Promise<readonly (number | undefined)[]> {
  let measured: Promise<boolean> | undefined;
  const areLanesBehind = () => {
    measured ??= isBehind(ports);
    return measured;
  };
  const run = { ...ports, areLanesBehind };
  return workOnShare(ports.directory, { ...share, names: ['closed', 'audited'] }, (one) =>
    auditPartition(run, one),
  );
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
  { partition, marks, deadlineMs }: SharedPartition,
): Promise<number | undefined> {
  const closed = marks.of(partition, 'closed');
  if (closed === undefined) return undefined;
  ports.clockTrust.assertTrusted();
  const { windowSeconds } = closed;
  const nowMs = ports.clock.now();
  const auditedAfterMs = (ports.feedLagSeconds + ports.auditAfterSeconds) * SECOND_MS;
  /** Windows that ended before this time are audited even if something is behind. */
  const overdueMs = nowMs - auditedAfterMs - MAX_POSTPONED_MS;
  const readyUntilMs = windowStart(nowMs - auditedAfterMs, windowSeconds);
  const storedWindow = createStoredWindows(ports.glance, windowSeconds);
  return walkPartition(ports, {
    partition,
    mark: 'audited',
    marked: marks.of(partition, 'audited'),
    readyUntilMs,
    windowSeconds,
    deadlineMs,
    work: (entry, slice) => {
      const { merchantId } = entry;
      const closedMs = msOf(entry.own.closed.open?.through ?? closed.through);
      const glanced = (startMs: number) => storedWindow({ group: slice.group, merchantId, startMs });
      return auditMerchant(ports, entry, { ...slice, closedMs, overdueMs, glanced });
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
  /** The stored window that starts then, by a read that may be behind for a moment. */
  readonly glanced: (startMs: number) => Promise<GlancedWindow>;
}

/** Works window by window, past the empty ones in one step. Returns how far it got. */
async function auditMerchant(ports: AuditRun, entry: DirectoryEntry, slice: AuditSlice): Promise<number> {
  const settings = await settingsOf(ports.merchants, entry);
  if (settings === undefined) return slice.toMs;
  const merchant = { merchantId: entry.merchantId, feedShards: settings.feedShards };
  const { windowSeconds } = slice;
  const windowMs = windowSeconds * SECOND_MS;
  const toMs = auditableUntil(slice);
  let startMs = slice.fromMs;
  while (startMs < toMs && !slice.isLate()) {
    const nextMs = await skipEmptyWindows(ports.feed, { ...merchant, windowSeconds, fromMs: startMs, toMs });
    for (; startMs < nextMs; startMs += windowMs) {
      await compare(
        ports,
        { ...slice, startMs },
        windowOf(createDigestSum(), { ...merchant, ...slice, startMs }),
      );
    }
    if (startMs === toMs) break;
    const mayWait = startMs + windowMs > slice.overdueMs;
    if ((await auditWindow(ports, merchant, { ...slice, startMs, mayWait })) === 'postponed') break;
    startMs += windowMs;
  }
  return startMs;
}

/** Windows that are not closed wait, until they are overdue. */
function auditableUntil({ toMs, closedMs, overdueMs, windowSeconds }: AuditSlice): number {
  return Math.min(toMs, windowStart(Math.max(closedMs, overdueMs), windowSeconds));
}

interface WindowSlice extends AuditSlice {
  readonly startMs: number;
  /** Whether it may still wait because something is behind. */
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
  const endMs = slice.startMs + slice.windowSeconds * SECOND_MS;
  const range = { ...merchant, from: isoTime(slice.startMs), to: isoTime(endMs) };
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
  await compare(ports, slice, windowOf(sum, { merchantId, ...slice }));
  await restoreAll(ports, found);
  if (found.unreadable !== undefined) throw found.unreadable;
  if (found.expected > 0)
    await ports.expectations.keep({ merchantId, start: range.from, expected: found.expected });
  return 'audited';
}

async function restoreAll(ports: AuditPorts, found: Expectation): Promise<void> {
  await boundedMap(found.missing, CONCURRENCY, (notification) => restore(ports, notification));
  found.missing = [];
}

/**
 * A closed window whose contents changed is a breach of promise 4. It is corrected and counted, and an alarm is raised.
 * A missing window item means an empty window. The statement of the day is then checked again. This also happens if the
 * window was revised earlier: the run that revised it may have died before it moved the mark.
 */
async function compare(
  ports: AuditPorts,
  { startMs, closedMs, glanced }: Pick<WindowSlice, 'startMs' | 'closedMs' | 'glanced'>,
  found: Window,
): Promise<void> {
  const { merchantId, start, end, groups } = found;
  // A window that was never closed has nothing to be compared with. Close reports that case.
  if (msOf(end) > closedMs) return;
  // Most windows of most merchants are empty and not stored: the cheaper read says so. It may be behind for a moment, like
  // the index that the rows came from. If it differs, the exact read decides.
  const stored = await glanced(startMs);
  const isUnchanged = stored === undefined || (stored !== 'unknown' && stored.revision === 0);
  if (isUnchanged && sameGroups(stored?.groups ?? [], groups)) return;
  const current = await ports.windows.read(merchantId, start);
  if (!sameGroups(current?.groups ?? [], groups)) {
    const revision = (current?.revision ?? 0) + 1;
    if (await ports.windows.revise({ ...found, revision }, current?.revision)) {
      ports.reporter.report({ event: 'window_revised', merchantId, start });
    }
  } else if (current === undefined || current.revision === 0) return;
  await fallBehind(ports.directory, { merchantId, mark: 'stated', through: start, until: end });
}

/** Creates the notification as untried and due now. The sweep sends it, or a message that was only late finds it. */
async function restore(ports: AuditPorts, notification: Notification): Promise<void> {
  const now = isoTime(ports.clock.now());
  const created = { ...notification, startedAt: now, nextAttemptAt: now, stateBefore: 'none' as const };
  if (!(await ports.notifications.save(created, 'absent'))) return;
  const { merchantId, transactionId, version, endpointId } = notification;
  ports.reporter.report({ event: 'lost', merchantId, transactionId, version, endpointId });
}
