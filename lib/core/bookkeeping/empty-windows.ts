import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import { isUnreadable } from '../faults.ts';
import type { FeedStore } from '../feed/feed-store.ts';
import { type FeedRange, windowStart } from '../feed/window.ts';
import { isoTime, msOf, SECOND_MS } from '../time.ts';

/** Shards of one merchant's feed that are asked concurrently. */
const CONCURRENCY = 8;

/** Windows of one merchant, [fromMs, toMs). Both are boundaries of windows. */
export interface WindowStretch extends Pick<FeedRange, 'merchantId' | 'feedShards'> {
  readonly fromMs: number;
  readonly toMs: number;
  readonly windowSeconds: number;
}

/**
 * The start of the first window of the stretch that may have rows; `toMs` if surely none has. It costs one request for
 * each shard, however many windows are empty. A stretch of one window is returned unread: reading it costs as much.
 */
export async function skipEmptyWindows(feed: FeedStore, stretch: WindowStretch): Promise<number> {
  const { feedShards, fromMs, toMs, windowSeconds } = stretch;
  if (toMs - fromMs <= windowSeconds * SECOND_MS) return fromMs;
  const shards = Array.from({ length: feedShards }, (_, shard) => shard);
  const firsts = await boundedMap(shards, CONCURRENCY, (shard) => firstInShard(feed, stretch, shard));
  const firstMs = Math.min(toMs, ...firsts);
  return firstMs === toMs ? toMs : windowStart(firstMs, windowSeconds);
}

/** The time of a shard's first row. Where the shard does not show it, the start of the stretch. */
async function firstInShard(
  feed: FeedStore,
  { merchantId, fromMs, toMs }: WindowStretch,
  shard: number,
): Promise<number> {
  const range = { from: isoTime(fromMs), to: isoTime(toMs) };
  try {
    const { rows, cursor } = await feed.page({ merchantId, shard, ...range, limit: 1 });
    const [first] = rows;
    if (first !== undefined) return msOf(first.listedAt);
    // The page may have held a row of another merchant, and nothing else.
    return cursor === undefined ? toMs : fromMs;
  } catch (error) {
    // The windows before an unreadable row can still be worked on, one by one.
    if (!isUnreadable(error)) throw error;
    return fromMs;
  }
}
