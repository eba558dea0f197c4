import { Fault } from './faults.ts';
import type { MerchantId } from './model.ts';
import type {
  Clock,
  ClockTrust,
  Directory,
  DirectoryEntry,
  FeedStore,
  MerchantStore,
  Reporter,
  WindowStore,
} from './ports.ts';
import { isoTime, msOf, SECOND_MS } from './time.ts';
import { digestRange, windowStart } from './windows.ts';

export interface ClosePorts {
  readonly directory: Directory;
  readonly merchants: Pick<MerchantStore, 'read'>;
  readonly feed: FeedStore;
  readonly windows: WindowStore;
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
  readonly reporter: Reporter;
  readonly feedLagSeconds: number;
  /** Of a service that has closed nothing yet; afterwards the first value stays. */
  readonly windowSeconds: number;
}

/** Windows that one run closes of a partition at most: after an outage it catches up hour by hour. */
const MAX_WINDOWS = 12;

/**
 * Closes the windows of every merchant of a directory partition that ended a feed lag ago, whether or not
 * anything else noticed them. Dying anywhere repeats the same work: digests of the same rows are the same.
 *
 * The order matters. The directory is listed after the windows ended, so that no merchant is missed; a merchant
 * that cannot be closed gets its own mark before the partition's mark passes it; and that comes last.
 */
export async function closePartition(ports: ClosePorts, partition: number): Promise<void> {
  const mark = await ports.directory.closed(partition);
  ports.clockTrust.assertTrusted();
  const windowSeconds = mark?.windowSeconds ?? ports.windowSeconds;
  const lastEndMs = windowStart(ports.clock.now() - ports.feedLagSeconds * SECOND_MS, windowSeconds);
  const entries = await ports.directory.list(partition);
  const fromMs =
    mark === undefined ? firstWindow(entries, windowSeconds, lastEndMs) : msOf(mark.closedThrough);
  const toMs = Math.min(lastEndMs, fromMs + MAX_WINDOWS * windowSeconds * SECOND_MS);
  const isBehind = entries.some(({ closedThrough }) => closedThrough !== undefined);
  if (toMs <= fromMs && !isBehind) return;
  const through = isoTime(Math.max(toMs, fromMs));
  for (const entry of entries) {
    await closeEntry(ports, entry, { from: isoTime(fromMs), through, windowSeconds });
  }
  await ports.directory.saveClosed(partition, { closedThrough: through, windowSeconds });
}

function firstWindow(entries: readonly DirectoryEntry[], windowSeconds: number, lastEndMs: number): number {
  const created = entries.map(({ createdAt }) => windowStart(msOf(createdAt), windowSeconds));
  return Math.min(lastEndMs, ...created);
}

async function closeEntry(
  ports: ClosePorts,
  entry: DirectoryEntry,
  range: { readonly from: string; readonly through: string; readonly windowSeconds: number },
): Promise<void> {
  const { merchantId, closedThrough } = entry;
  const from = closedThrough ?? range.from;
  try {
    await closeMerchant(ports, merchantId, { ...range, from });
  } catch (error) {
    // Whatever it is, it is this merchant's alone: the others are closed.
    const reason = error instanceof Fault ? error.code : String(error).slice(0, 300);
    ports.reporter.report({ event: 'close_failed', merchantId, reason });
    // Also where there is a mark already: an older run that succeeds must not take it away.
    await ports.directory.saveOwnMark(merchantId, from);
    return;
  }
  if (closedThrough !== undefined) await ports.directory.clearOwnMark(entry);
}

async function closeMerchant(
  ports: ClosePorts,
  merchantId: MerchantId,
  range: { readonly from: string; readonly through: string; readonly windowSeconds: number },
): Promise<void> {
  const config = await ports.merchants.read(merchantId);
  if (config === undefined) return;
  const { feedShards } = config.profile;
  const windows = await digestRange(ports.feed, {
    merchantId,
    feedShards,
    from: range.from,
    to: range.through,
    windowSeconds: range.windowSeconds,
  });
  for (const window of windows) await ports.windows.putIfAbsent(window);
}
