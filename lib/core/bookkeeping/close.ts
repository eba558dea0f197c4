import { Fault } from '../faults.ts';
import { createDigestSum } from '../feed/digest.ts';
import type { FeedStore } from '../feed/feed-store.ts';
import { feedRows, type Window, windowOf, windowStart } from '../feed/window.ts';
import type { WindowStore } from '../feed/window-store.ts';
import type { Directory, DirectoryEntry } from '../merchants/directory.ts';
import { settingsOf } from '../merchants/listed-settings.ts';
import type { MerchantStore } from '../merchants/merchant-store.ts';
import type { Clock, ClockTrust, Reporter } from '../runtime/environment.ts';
import { isoTime, SECOND_MS } from '../time.ts';
import { skipEmptyWindows } from './empty-windows.ts';
import { type Slice, walkPartition } from './partition-scan.ts';
import { type RunShare, type SharedPartition, workOnShare } from './run-share.ts';

export interface ClosePorts {
  readonly directory: Directory;
  readonly merchants: Pick<MerchantStore, 'read'>;
  readonly feed: FeedStore;
  readonly windows: WindowStore;
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
  readonly reporter: Reporter;
  readonly feedLagSeconds: number;
  /** Configured window length in seconds. Used for the first close only; afterwards the stored value stays. */
  readonly windowSeconds: number;
}

export interface ClosedPartition {
  /** The time through which every merchant of the partition is closed, in milliseconds since 1970. */
  readonly throughMs: number;
  /** The window length in force. */
  readonly windowSeconds: number;
}

/** Bound on the groups (type, status, currency) of one window. A window with more does not fit into one item. */
const MAX_GROUPS = 2_000;

/**
 * Closes, for every merchant of the partitions, the windows that ended at least a feed lag ago. It needs no trigger from
 * elsewhere. A run that dies is safe: the next one repeats the work, and the same rows give the same digest.
 */
export function closePartitions(ports: ClosePorts, share: RunShare): Promise<readonly ClosedPartition[]> {
  return workOnShare(ports.directory, { ...share, names: ['closed'] }, (one) => closePartition(ports, one));
}

async function closePartition(
  ports: ClosePorts,
  { partition, marks, deadlineMs }: SharedPartition,
): Promise<ClosedPartition> {
  const marked = marks.of(partition, 'closed');
  ports.clockTrust.assertTrusted();
  const windowSeconds = marked?.windowSeconds ?? ports.windowSeconds;
  const throughMs = await walkPartition(ports, {
    partition,
    mark: 'closed',
    marked,
    readyUntilMs: windowStart(ports.clock.now() - ports.feedLagSeconds * SECOND_MS, windowSeconds),
    windowSeconds,
    deadlineMs,
    work: (entry, slice) => closeMerchant(ports, entry, slice),
    onFailure: (merchantId, reason) => ports.reporter.report({ event: 'close_failed', merchantId, reason }),
  });
  return { throughMs, windowSeconds };
}

/**
 * Reports once if the configured window length is not the one in force. Closed windows cannot be cut anew, so a later
 * setting has no effect; operators must hear that, because alarms and their own plans may follow the setting.
 */
export function reportIgnoredLength(
  { reporter, windowSeconds }: Pick<ClosePorts, 'reporter' | 'windowSeconds'>,
  closed: readonly ClosedPartition[],
): void {
  const other = closed.find((one) => one.windowSeconds !== windowSeconds);
  if (other === undefined) return;
  const inForceSeconds = other.windowSeconds;
  reporter.report({ event: 'window_seconds_ignored', configuredSeconds: windowSeconds, inForceSeconds });
}

async function closeMerchant(ports: ClosePorts, entry: DirectoryEntry, slice: Slice): Promise<number> {
  const { merchantId } = entry;
  const settings = await settingsOf(ports.merchants, entry);
  if (settings === undefined) return slice.toMs;
  const { feedShards } = settings;
  const { windowSeconds, toMs } = slice;
  let startMs = slice.fromMs;
  while (startMs < toMs && !slice.isLate()) {
    startMs = await skipEmptyWindows(ports.feed, {
      merchantId,
      feedShards,
      windowSeconds,
      fromMs: startMs,
      toMs,
    });
    if (startMs === toMs) break;
    const endMs = startMs + windowSeconds * SECOND_MS;
    const range = { merchantId, feedShards, from: isoTime(startMs), to: isoTime(endMs) };
    const sum = createDigestSum();
    for await (const row of feedRows(ports.feed, range)) sum.add(row);
    if (sum.count > 0) await closeWindow(ports, windowOf(sum, { merchantId, startMs, windowSeconds }));
    startMs = endMs;
  }
  return startMs;
}

async function closeWindow(ports: ClosePorts, window: Window): Promise<void> {
  if (window.groups.length > MAX_GROUPS) throw tooManyGroups(window);
  await ports.windows.putIfAbsent(window);
}

function tooManyGroups({ start, groups }: Window): Fault {
  return new Fault({
    code: 'too_many_groups',
    message: `The window ${start} has ${groups.length} groups; at most ${MAX_GROUPS} fit. Is an id used as a transaction type?`,
    retryable: false,
  });
}
