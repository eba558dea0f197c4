import type { MerchantId, TerminalOutcome } from '../model.ts';
import type { FeedStore } from './feed-store.ts';
import type { ReadPage } from './merge.ts';
import type { FeedKey } from './order.ts';

/** Maximum number of rows read from one shard at a time. */
const MAX_PAGE = 1_000;
/** How much more than its even share of a page a shard may hold: read size = even share × this factor. */
const UNEVEN_SHARE = 1.5;
const UNEVEN_ROWS = 10;

interface ShardRange {
  readonly merchantId: MerchantId;
  readonly feedShards: number;
  readonly from: string;
  readonly to: string;
  readonly after?: FeedKey;
}

/**
 * The shards of a merchant's feed as lists to merge. Page sizes are chosen so that one round of parallel reads is
 * usually enough: for a page of `limit` rows, or for all `maxRows` if a filter keeps few of them.
 */
export function shardLists(
  feed: FeedStore,
  of: ShardRange & ({ readonly limit: number } | { readonly maxRows: number }),
): readonly ReadPage<TerminalOutcome>[] {
  const { feedShards, merchantId, from, to, after } = of;
  const share =
    'limit' in of ? (of.limit / feedShards) * UNEVEN_SHARE + UNEVEN_ROWS : of.maxRows / feedShards;
  const limit = Math.min(MAX_PAGE, Math.ceil(share));
  return Array.from({ length: feedShards }, (_, shard) => (cursor) => {
    const go = { ...(after !== undefined && { after }), ...(cursor !== undefined && { cursor }) };
    return feed.page({ merchantId, shard, from, to, limit, ...go });
  });
}
