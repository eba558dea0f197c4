import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import { Fault } from '../faults.ts';
import { windowStart } from '../feed/window.ts';
import type { Directory, DirectoryEntry, Mark, PartitionMark } from '../merchants/directory.ts';
import type { MerchantId } from '../model.ts';
import { CLOCKS_DIFFER_MS, type Clock } from '../runtime/environment.ts';
import { isoTime, MINUTE_MS, msOf, SECOND_MS } from '../time.ts';
import { fallBehind } from './merchant-mark.ts';

/**
 * The walk that close, audit and statements share. It visits the merchants of one directory partition; each continues
 * where it stopped before. The partition's mark says how far all of them are. A merchant that fell behind has an earlier
 * mark of its own, so that it does not hold up the others.
 */
export interface Walk {
  readonly partition: number;
  readonly mark: Mark;
  /** The partition's mark; undefined before the first walk. */
  readonly marked: PartitionMark | undefined;
  /** The end of the last window that may be worked on now. */
  readonly readyUntilMs: number;
  readonly windowSeconds: number;
  /** Windows that one run works on, for a merchant and for the partition. Default: 12, or as many as fit in ten minutes. */
  readonly maxWindows?: number;
  /** Merchants that are not reached by then are first in the next run. */
  readonly deadlineMs: number;
  /** Works on the windows of `slice` and returns how far it got. An error affects this merchant only. */
  readonly work: (entry: DirectoryEntry, slice: Slice) => Promise<number>;
  readonly onFailure: (merchantId: MerchantId, reason: string) => void;
}

/** A merchant and the time that a run works on: [fromMs, toMs). */
export interface MerchantSpan {
  readonly merchantId: MerchantId;
  readonly fromMs: number;
  /** At most {@link Walk.maxWindows} windows after `fromMs`. */
  readonly toMs: number;
}

export interface Slice extends Omit<MerchantSpan, 'merchantId'> {
  readonly windowSeconds: number;
  /** The merchants that come next to each other in this walk, this one included: one read may serve them all. */
  readonly group: readonly MerchantSpan[];
  /** Whether the run has reached its deadline. */
  readonly isLate: () => boolean;
}

/** With windows of five minutes, one run catches up on an hour after an outage. */
const DEFAULT_MAX_WINDOWS = 12;
/** Minimum time that a run covers. It runs every minute; twelve windows of a few seconds would never catch up. */
const MIN_CATCH_UP_MS = 10 * MINUTE_MS;
/** Merchants worked on concurrently. */
const CONCURRENCY = 4;
/** Windows of a group of merchants: as many as one request reads from the table. A merchant's own are never divided. */
const GROUP_WINDOWS = 100;

/**
 * A run that dies is safe: the next run repeats the same work. The order matters:
 * 1. The directory is listed after the windows became ready, so that no merchant is missed.
 * 2. A merchant that fell behind gets its own mark before the partition's mark passes it.
 * 3. The partition's mark is written last.
 *
 * @returns how far every merchant of the partition is, in milliseconds since 1970
 */
export async function walkPartition(
  ports: { readonly directory: Directory; readonly clock: Clock },
  walk: Walk,
): Promise<number> {
  const markedMs = walk.marked && msOf(walk.marked.through);
  const isRipe = markedMs === undefined || markedMs < walk.readyUntilMs;
  // Between two windows only merchants that fell behind are visited. The mark says whether an earlier walk left any behind.
  // One that fell behind otherwise, as by a window that was revised, waits for the next window.
  if (!isRipe && walk.marked?.reached === undefined) return markedMs;
  // A recent list serves those that are behind: every change of a mark is conditional on its `rev`.
  const listed = await ports.directory.list(walk.partition, isRipe ? 'strong' : 'recent');
  const entries = listed.filter(({ erasedAt }) => erasedAt === undefined);
  const fromMs = markedMs ?? firstWindow(entries, walk);
  const toMs = Math.max(fromMs, Math.min(walk.readyUntilMs, fromMs + lengthMs(walk)));
  const waiting = entries
    // The earlier of the two: when the audit revises a window, it sets a merchant's own mark that may be ahead of this walk.
    .map((entry) => ({ entry, fromMs: Math.min(ownMs(entry, walk.mark) ?? fromMs, fromMs) }))
    .filter((one) => one.fromMs < toMs)
    // Most behind first: if the run hits its deadline, different merchants are cut off next time.
    .sort((left, right) => left.fromMs - right.fromMs);
  const grouped = inGroups(waiting, { toMs, walk });
  const reached = await boundedMap(grouped, CONCURRENCY, (one) => workOn(ports, walk, { ...one, toMs }));
  const reachedMs = reached.reduce((least, one) => Math.min(least, one), toMs);
  await savePartitionMark(ports, walk, { toMs, reachedMs });
  return reachedMs;
}

/** One merchant of a walk; `fromMs` is where it stopped before. */
interface MerchantStart {
  readonly entry: DirectoryEntry;
  readonly fromMs: number;
}

interface GroupedMerchant extends MerchantStart {
  readonly span: MerchantSpan;
  readonly group: readonly MerchantSpan[];
}

/** Cuts the merchants, in their order, into groups of at most {@link GROUP_WINDOWS} windows. */
function inGroups(
  merchants: readonly MerchantStart[],
  { toMs, walk }: { readonly toMs: number; readonly walk: Walk },
): readonly GroupedMerchant[] {
  const room = GROUP_WINDOWS * walk.windowSeconds * SECOND_MS;
  let group: MerchantSpan[] = [];
  let takenMs = 0;
  return merchants.map((one) => {
    const { fromMs } = one;
    const span = {
      merchantId: one.entry.merchantId,
      fromMs,
      toMs: Math.min(toMs, fromMs + lengthMs(walk)),
    };
    const isFull = takenMs + span.toMs - fromMs > room;
    if (isFull) [group, takenMs] = [[], 0];
    group.push(span);
    takenMs += span.toMs - fromMs;
    return { ...one, span, group };
  });
}

/** `toMs` is where the partition's walk ends. A merchant that is far behind does not get there in one run. */
interface MerchantWalk extends GroupedMerchant {
  readonly toMs: number;
}

async function workOn(
  ports: { readonly directory: Directory; readonly clock: Clock },
  walk: Walk,
  { entry, fromMs, toMs, span, group }: MerchantWalk,
): Promise<number> {
  const { merchantId } = entry;
  const isLate = () => ports.clock.now() >= walk.deadlineMs;
  const slice = { fromMs, toMs: span.toMs, windowSeconds: walk.windowSeconds, group, isLate };
  let reachedMs = fromMs;
  try {
    if (!isLate()) reachedMs = await walk.work(entry, slice);
  } catch (error) {
    // One merchant's failure must not stop the others.
    walk.onFailure(merchantId, error instanceof Fault ? error.code : String(error).slice(0, 300));
  }
  await updateOwnMark(ports, walk, { entry, fromMs, reachedMs, toMs });
  return reachedMs;
}

interface EndedWalk extends MerchantStart {
  readonly toMs: number;
  readonly reachedMs: number;
}

/**
 * Removes the merchant's own mark only if this run has passed the end of the whole open stretch. A run that was overtaken
 * may otherwise finish its shorter stretch and clear the mark of a later run that failed.
 */
async function updateOwnMark(
  { directory }: { readonly directory: Directory },
  { mark }: Walk,
  { entry, fromMs, reachedMs, toMs }: EndedWalk,
): Promise<void> {
  const { open } = entry.own[mark];
  const untilMs = Math.max(toMs, open === undefined ? toMs : msOf(open.until));
  if (reachedMs >= untilMs) {
    if (open !== undefined) await directory.changeOwnMark(entry, mark, undefined);
    return;
  }
  const left = { through: isoTime(reachedMs), until: isoTime(untilMs) };
  const hasProgress = open !== undefined && reachedMs > fromMs;
  if (hasProgress && (await directory.changeOwnMark(entry, mark, left))) return;
  await fallBehind(directory, { merchantId: entry.merchantId, mark, ...left });
}

/** An empty partition is marked as well, so that the window length is fixed before its first merchant exists. */
async function savePartitionMark(
  ports: { readonly directory: Directory },
  walk: Walk,
  { toMs, reachedMs }: Pick<EndedWalk, 'toMs' | 'reachedMs'>,
): Promise<void> {
  const { partition, mark, marked, windowSeconds } = walk;
  if (marked !== undefined && toMs <= msOf(marked.through)) return;
  const behind = reachedMs < toMs && { reached: isoTime(reachedMs) };
  await ports.directory.saveMark(partition, mark, { through: isoTime(toMs), windowSeconds, ...behind });
}

/** Starts earlier by the clock tolerance: a merchant's first outcome may be stamped by a clock that is behind. */
function firstWindow(entries: readonly DirectoryEntry[], { readyUntilMs, windowSeconds }: Walk): number {
  const created = entries.map(({ createdAt }) =>
    windowStart(msOf(createdAt) - CLOCKS_DIFFER_MS, windowSeconds),
  );
  return Math.min(readyUntilMs, ...created);
}

function ownMs(entry: DirectoryEntry, mark: Mark): number | undefined {
  const { open } = entry.own[mark];
  return open && msOf(open.through);
}

function lengthMs({ windowSeconds, maxWindows }: Walk): number {
  const windowMs = windowSeconds * SECOND_MS;
  if (maxWindows !== undefined) return maxWindows * windowMs;
  return Math.max(DEFAULT_MAX_WINDOWS * windowMs, Math.floor(MIN_CATCH_UP_MS / windowMs) * windowMs);
}
