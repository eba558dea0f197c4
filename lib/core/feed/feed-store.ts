import type { MerchantId, TerminalOutcome } from '../model.ts';
import type { FeedKey } from './order.ts';

interface FeedPageQuery {
  readonly merchantId: MerchantId;
  readonly shard: number;
  readonly from: string;
  readonly to: string;
  /** Only what stands behind it, whichever shard it lies in. */
  readonly after?: FeedKey;
  readonly limit: number;
  readonly cursor?: string;
}

/** The feed: a merchant's terminal outcomes as they were listed. An index: it may be behind by the feed lag. */
export interface FeedStore {
  /** Outcomes without metadata, `from` inclusive, `to` exclusive, in the order of the feed. */
  page(
    options: FeedPageQuery,
  ): Promise<{ readonly rows: readonly TerminalOutcome[]; readonly cursor?: string }>;
}
