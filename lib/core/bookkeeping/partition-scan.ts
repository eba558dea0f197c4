import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import { CLOCKS_DIFFER_MS, type Clock } from '../environment.ts';
import { Fault } from '../faults.ts';
import { windowStart } from '../feed/window.ts';
import type { MerchantId } from '../model.ts';
import { isoTime, MINUTE_MS, msOf, SECOND_MS } from '../time.ts';
import type { Directory, DirectoryEntry, Mark } from './directory.ts';
import { fallBehind } from './merchant-mark.ts';

/**
 * The walk that close, audit and statements have in common: along the merchants of one directory partition, each from where it
 * got to before. The partition's mark says how far all of them are; a merchant that fell behind has an earlier one
 * of its own, so that it keeps nobody waiting.
 */
export interface Walk {
  readonly partition: number;
  readonly mark: Mark;
  /** Where the partition's mark stands; undefined where nothing was ever walked. */
  readonly markedMs: number | undefined;
  /** The end of the last window that is ripe. */
  readonly ripeMs: number;
  readonly windowSeconds: number;
  /** Windows of one merchant, and of the partition, that one run works on: 12, and those of ten minutes, unless said otherwise. */
  readonly mostWindows?: number;
  /** What is not reached by then waits for the next run, which begins with it. */
  readonly deadlineMs: number;
  /** Works on the windows of `slice` and returns how far it got; what it throws is this merchant's alone. */
  readonly work: (entry: DirectoryEntry, slice: Slice) => Promise<number>;
  readonly onFailure: (merchantId: MerchantId, reason: string) => void;
}

export interface Slice {
  readonly fromMs: number;
  /** At most so many windows after `fromMs` as one run works on. */
  readonly toMs: number;
  readonly windowSeconds: number;
  /** Whether the run should come to its end. */
  readonly isLate: () => boolean;
}

/** After an outage, windows of five minutes are made up for hour by hour. */
const DEFAULT_MOST_WINDOWS = 12;
/** What a run covers at least: it runs each minute, and would never catch up with twelve windows of a few seconds. */
const LEAST_MS = 10 * MINUTE_MS;
/** Merchants worked on side by side. */
const CONCURRENCY = 4;

/**
 * Dying anywhere repeats the same work. The order matters: the directory is listed after the windows became ripe, so
 * that no merchant is missed; a merchant that fell behind gets its own mark before the partition's passes it; and that
 * comes last.
 *
 * @returns how far every merchant of the partition is
 */
export async function walkPartition(
  ports: { readonly directory: Directory; readonly clock: Clock },
  walk: Walk,
): Promise<number> {
  const entries = await ports.directory.list(walk.partition);
  const fromMs = walk.markedMs ?? firstWindow(entries, walk);
  const toMs = Math.max(fromMs, Math.min(walk.ripeMs, fromMs + lengthMs(walk)));
  const waiting = entries
    // The lesser: the audit sets a statement's mark back to where a window was revised, be it ahead of us.
    .map((entry) => ({ entry, fromMs: Math.min(ownMs(entry, walk.mark) ?? fromMs, fromMs) }))
    .filter((one) => one.fromMs < toMs)
    // Who is furthest behind comes first, so that a deadline never meets the same merchants twice.
    .sort((left, right) => left.fromMs - right.fromMs);
  const reached = await boundedMap(waiting, CONCURRENCY, (one) => workOn(ports, walk, { ...one, toMs }));
  await savePartitionMark(ports, walk, toMs);
  return Math.min(toMs, ...reached);
}

/** One merchant of a walk, from where it got to before. */
interface MerchantWalk {
  readonly entry: DirectoryEntry;
  readonly fromMs: number;
  readonly toMs: number;
}

async function workOn(
  ports: { readonly directory: Directory; readonly clock: Clock },
  walk: Walk,
  { entry, fromMs, toMs }: MerchantWalk,
): Promise<number> {
  const { merchantId } = entry;
  const isLate = () => ports.clock.now() >= walk.deadlineMs;
  const slice = {
    fromMs,
    toMs: Math.min(toMs, fromMs + lengthMs(walk)),
    windowSeconds: walk.windowSeconds,
    isLate,
  };
  let reachedMs = fromMs;
  try {
    if (!isLate()) reachedMs = await walk.work(entry, slice);
  } catch (error) {
    // Whatever it is, it is this merchant's alone: the others go on.
    walk.onFailure(merchantId, error instanceof Fault ? error.code : String(error).slice(0, 300));
  }
  await keepOwnMark(ports, walk, { entry, fromMs, reachedMs, toMs });
  return reachedMs;
}

interface EndedWalk extends MerchantWalk {
  readonly reachedMs: number;
}

/**
 * A run that was overtaken may come to its own end before that of a later one, which failed: only who has passed the
 * end of all that is open takes the mark away.
 */
async function keepOwnMark(
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
  const isMoved = open !== undefined && reachedMs > fromMs;
  if (isMoved && (await directory.changeOwnMark(entry, mark, left))) return;
  await fallBehind(directory, { merchantId: entry.merchantId, mark, ...left });
}

/** A partition without merchants is marked as well: whoever comes first finds its windows' length settled. */
async function savePartitionMark(
  ports: { readonly directory: Directory },
  walk: Walk,
  toMs: number,
): Promise<void> {
  if (walk.markedMs !== undefined && toMs <= walk.markedMs) return;
  const { partition, mark, windowSeconds } = walk;
  await ports.directory.saveMark(partition, mark, { through: isoTime(toMs), windowSeconds });
}

/** A merchant's first outcome may be stamped by a clock that is behind the one that stamped the merchant. */
function firstWindow(entries: readonly DirectoryEntry[], { ripeMs, windowSeconds }: Walk): number {
  const created = entries.map(({ createdAt }) =>
    windowStart(msOf(createdAt) - CLOCKS_DIFFER_MS, windowSeconds),
  );
  return Math.min(ripeMs, ...created);
}

function ownMs(entry: DirectoryEntry, mark: Mark): number | undefined {
  const { open } = entry.own[mark];
  return open && msOf(open.through);
}

function lengthMs({ windowSeconds, mostWindows }: Walk): number {
  const windowMs = windowSeconds * SECOND_MS;
  if (mostWindows !== undefined) return mostWindows * windowMs;
  return Math.max(DEFAULT_MOST_WINDOWS * windowMs, Math.floor(LEAST_MS / windowMs) * windowMs);
}
