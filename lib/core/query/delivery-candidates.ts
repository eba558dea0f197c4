import type { UndeliveredState } from '../../protocol/contract-words.ts';
import { feedOrder } from '../../protocol/table/outcome-layout.ts';
import { type ListedKey, listingOrder } from '../deliver/state/notification.ts';
import type { NotificationStore } from '../deliver/state/notification-store.ts';
import { feedShardsOf } from '../feed/closed-windows.ts';
import type { FeedStore } from '../feed/feed-store.ts';
import { openMerge, takePage } from '../feed/merge.ts';
import type { FeedKey } from '../feed/order.ts';
import { takeFromPartitions } from '../feed/partition-pages.ts';
import { shardLists } from '../feed/shard-pages.ts';
import type { ConfigCache } from '../merchants/config-cache.ts';
import type { EndpointId, MerchantId } from '../model.ts';

/** Finds the outcomes that a page of deliveries examines: in the feed, or in the index of an undelivered state. */

export interface CandidatePorts {
  readonly feed: FeedStore;
  readonly notifications: Pick<NotificationStore, 'undelivered'>;
  readonly configs: ConfigCache;
}

/** Where a page continues. `endpointId` only in a list of one undelivered state. */
export type DeliveriesPosition = FeedKey & Partial<Pick<ListedKey, 'endpointId'>>;

export interface CandidateRange {
  readonly merchantId: MerchantId;
  /** Inclusive, by `listedAt`. */
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
  readonly after?: DeliveriesPosition;
  readonly limit: number;
}

/** An outcome to examine. `keys`: the notifications that the index named; absent: all. */
export interface Candidate extends FeedKey {
  readonly keys?: readonly ListedKey[];
}

interface CandidatePage {
  readonly candidates: readonly Candidate[];
  /** The last row that was read, shown or not. Absent on the last page. */
  readonly next?: DeliveriesPosition;
}

/** Unlike a page of the feed, it also holds rows younger than the watermark. */
export async function candidatesFromFeed(
  ports: CandidatePorts,
  { merchantId, after, limit, ...range }: CandidateRange,
  nowMs: number,
): Promise<CandidatePage> {
  const feedShards = await feedShardsOf(ports, merchantId, nowMs);
  const place = after === undefined ? {} : { after };
  const lists = shardLists(ports.feed, { merchantId, feedShards, limit, ...range, ...place });
  const merge = openMerge({ lists, orderOf: feedOrder, maxRows: limit * feedShards });
  const { items, last, hasMore } = await takePage(merge, { limit, accepts: () => true, view: (row) => row });
  return { candidates: items, ...(hasMore && last !== undefined && { next: last }) };
}

interface UndeliveredRange extends CandidateRange {
  readonly state: UndeliveredState;
  readonly endpointId?: EndpointId;
}

/** The index names the notifications in one state. Those of one outcome follow each other. */
export async function candidatesFromIndex(
  { notifications }: CandidatePorts,
  { limit, endpointId, after, ...range }: UndeliveredRange,
): Promise<CandidatePage> {
  const { merchantId } = range;
  const behind =
    after?.endpointId === undefined ? {} : { after: { ...after, merchantId, endpointId: after.endpointId } };
  const { keys, ...rest } = await takeFromPartitions<ListedKey>({
    limit,
    orderOf: listingOrder,
    ...(endpointId !== undefined && { accepts: (key: ListedKey) => key.endpointId === endpointId }),
    read: (place) => notifications.undelivered({ ...range, ...behind, ...place }),
  });
  const candidates = [...Map.groupBy(keys, feedOrder).values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ ...first, keys: [first, ...others] }],
  );
  return { candidates, ...rest };
}

/** The position behind an examined outcome, for a page that ends before its last candidate. */
export function positionBehind({ listedAt, transactionId, version, keys }: Candidate): DeliveriesPosition {
  const last = keys?.at(-1);
  return { listedAt, transactionId, version, ...(last !== undefined && { endpointId: last.endpointId }) };
}
