import type { MerchantId, TerminalOutcome } from '../model.ts';
import type { FeedKey } from './order.ts';

interface FeedPageQuery {
  readonly merchantId: MerchantId;
  readonly shard: number;
  readonly from: string;
  readonly to: string;
  /** Only rows after this key, in any shard. */
  readonly after?: FeedKey;
  readonly limit: number;
  readonly cursor?: string;
}

/** The feed: a merchant's terminal outcomes in listing order. It is an index and may be behind by the feed lag. */
export interface FeedStore {
  /** Outcomes without metadata, in [from, to), in feed order. */
  page(
    options: FeedPageQuery,
  ): Promise<{ readonly rows: readonly TerminalOutcome[]; readonly cursor?: string }>;
}
