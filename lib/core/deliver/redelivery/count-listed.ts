import type { MerchantId } from '../../model.ts';

interface FeedCountQuery {
  readonly merchantId: MerchantId;
  readonly shard: number;
  /** Inclusive. */
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
  /** Counting may stop once it has reached this number. */
  readonly most: number;
}

export interface FeedCounter {
  /** The number of outcomes in [from, to): exact below `most`, otherwise at least `most`. */
  count(options: FeedCountQuery): Promise<number>;
}

/** Maximum number of outcomes of a job with `all`: counted within seconds, sent within two hours. */
export const MAX_OUTCOMES = 200_000;

interface ListedRange {
  readonly merchantId: MerchantId;
  readonly feedShards: number;
  readonly from: string;
  readonly to: string;
}

type Counted =
  | { readonly kind: 'counted'; readonly count: number }
  | { readonly kind: 'too_many'; readonly max: number };

/** The number of a merchant's outcomes that are listed in [from, to). */
export async function countListed(
  feed: FeedCounter,
  { feedShards, ...range }: ListedRange,
): Promise<Counted> {
  let count = 0;
  for (let shard = 0; shard < feedShards; shard += 1) {
    count += await feed.count({ ...range, shard, most: MAX_OUTCOMES + 1 - count });
    if (count > MAX_OUTCOMES) return { kind: 'too_many', max: MAX_OUTCOMES };
  }
  return { kind: 'counted', count };
}
