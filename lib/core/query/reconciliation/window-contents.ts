import { bucketOf } from '../../../protocol/row-digest.ts';
import { feedOrder } from '../../../protocol/table/outcome-layout.ts';
import { feedItem } from '../../deliver/attempt/callback.ts';
import { typeFilter } from '../../deliver/expected-endpoints.ts';
import {
  type ClosedWindow,
  feedShardsOf,
  readClosedWindow,
  type WindowPorts,
  type WindowRefusal,
} from '../../feed/closed-windows.ts';
import { type BucketDigest, createDigestSum, sameGroups, sumBuckets } from '../../feed/digest.ts';
import { openMerge, takePage } from '../../feed/merge.ts';
import type { FeedKey } from '../../feed/order.ts';
import { shardLists } from '../../feed/shard-pages.ts';
import { BUCKETS_ABOVE_ROWS, feedRows, type Window } from '../../feed/window.ts';
import type { MerchantId, TerminalOutcome } from '../../model.ts';

/** The contents of one closed window: its digest, its bucket digests and its rows. */

/** Maximum number of rows of a window that one request reads. */
const MAX_WINDOW_ROWS = 20_000;

interface WindowOf {
  readonly merchantId: MerchantId;
  readonly start: string;
  /** Event types, in the form of an endpoint's filter. Default: all. */
  readonly types?: readonly string[];
}

/** Reads one closed window, with its bucket digests if requested. */
export async function readWindow(
  ports: WindowPorts,
  asked: WindowOf & { readonly withBuckets: boolean },
): Promise<
  | (ClosedWindow & { readonly buckets?: readonly Pick<BucketDigest, 'bucket' | 'count' | 'hash'>[] })
  | WindowRefusal
> {
  const found = await readClosedWindow(ports, asked);
  if (found.kind === 'refused') return found;
  const accepts = typeFilter(asked.types);
  const window = { ...found.window, groups: found.window.groups.filter(accepts) };
  if (!asked.withBuckets) return { ...found, window };
  const digests = await bucketDigests(ports, found);
  if (typeof digests === 'string') return { kind: 'refused', asOf: found.asOf, code: digests };
  return { ...found, window, buckets: sumBuckets(digests, accepts) };
}

/**
 * The bucket digests stored with the window, or else computed from its rows. If the rows do not add up to the window's
 * digest, there is no answer. That happens if the index shows a row late, or if the audit is about to revise the window.
 */
export async function bucketDigests(
  ports: WindowPorts,
  { window, nowMs }: ClosedWindow,
): Promise<readonly BucketDigest[] | 'window_too_large' | 'window_in_doubt'> {
  const count = rowsOf(window);
  if (count === 0) return [];
  const kept = count > BUCKETS_ABOVE_ROWS ? await ports.windows.buckets(window) : undefined;
  if (kept !== undefined) return kept;
  const sum = createDigestSum();
  for await (const row of readRows(ports, window, nowMs)) {
    if (sum.count === MAX_WINDOW_ROWS) return 'window_too_large';
    sum.add(row);
  }
  return sameGroups(sum.groups(), window.groups) ? sum.buckets() : 'window_in_doubt';
}

/** Every row of a window, shard by shard. The caller must bound the number of rows. */
export async function* readRows(
  ports: WindowPorts,
  { merchantId, start: from, end: to }: Window,
  nowMs: number,
): AsyncGenerator<TerminalOutcome> {
  const feedShards = await feedShardsOf(ports, merchantId, nowMs);
  yield* feedRows(ports.feed, { merchantId, feedShards, from, to });
}

/** The number of rows of a window, from its digest. */
export function rowsOf({ groups }: Pick<Window, 'groups'>): number {
  return groups.reduce((sum, { count }) => sum + count, 0);
}

/** Where a page ended: the last row, and the revision of the window. */
export interface WindowPosition {
  readonly revision: number;
  readonly key: FeedKey;
}

interface WindowRowsQuery extends WindowOf {
  readonly bucket?: number;
  readonly after?: WindowPosition;
  readonly limit: number;
}

interface WindowRows {
  readonly kind: 'rows';
  readonly asOf: string;
  readonly items: readonly ReturnType<typeof feedItem>[];
  /** Where the next page begins; absent on the last page. A page may be empty and still have a next one. */
  readonly next?: WindowPosition;
}

/**
 * The rows of a closed window, or of one bucket of it, in feed order. All pages are of one revision, because rows of two
 * revisions would add up to neither digest.
 */
export async function readWindowRows(
  ports: WindowPorts,
  asked: WindowRowsQuery,
): Promise<WindowRows | WindowRefusal> {
  const found = await readClosedWindow(ports, asked);
  if (found.kind === 'refused') return found;
  const { merchantId, bucket, limit, after } = asked;
  const { start: from, end: to, revision } = found.window;
  if (after !== undefined && !isWithin(found.window, after)) {
    return { kind: 'refused', asOf: found.asOf, code: 'invalid_cursor', field: 'cursor' };
  }
  const feedShards = await feedShardsOf(ports, merchantId, found.nowMs);
  const isWhole = bucket === undefined && asked.types === undefined;
  const merge = openMerge({
    lists: shardLists(ports.feed, {
      merchantId,
      feedShards,
      from,
      to,
      ...(after !== undefined && { after: after.key }),
      ...(isWhole ? { limit } : { maxRows: MAX_WINDOW_ROWS }),
    }),
    orderOf: feedOrder,
    maxRows: MAX_WINDOW_ROWS,
  });
  const accepts = typeFilter(asked.types);
  const { items, last, hasMore } = await takePage(merge, {
    limit,
    accepts: (row) => accepts(row) && (bucket === undefined || bucketOf(row.transactionId) === bucket),
    view: feedItem,
  });
  const next = hasMore && last !== undefined && { next: { revision, key: last } };
  return { kind: 'rows', asOf: found.asOf, items, ...next };
}

function isWithin({ start, end, revision }: Window, { key, ...position }: WindowPosition): boolean {
  return position.revision === revision && key.listedAt >= start && key.listedAt < end;
}
