import { feedOrder } from '../../protocol/table/outcome-layout.ts';
import { feedItem } from '../deliver/attempt/callback.ts';
import { feedShardsOf } from '../feed/closed-windows.ts';
import type { FeedStore } from '../feed/feed-store.ts';
import { openMerge, takePage } from '../feed/merge.ts';
import { type FeedPosition, positionText } from '../feed/order.ts';
import { shardLists } from '../feed/shard-pages.ts';
import { oldestShown, type Reach, watermarkAt } from '../feed/watermark.ts';
import type { ConfigCache } from '../merchants/config-cache.ts';
import type { MerchantId, TerminalOutcome } from '../model.ts';
import type { Clock, ClockTrust } from '../runtime/environment.ts';
import { isoTime, MINUTE_MS, msOf } from '../time.ts';

/** The feed: a merchant's terminal outcomes in the order in which they were listed, read with a cursor. */

export interface FeedPorts extends Reach {
  readonly feed: FeedStore;
  readonly configs: ConfigCache;
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
}

export interface FeedQuestion {
  readonly merchantId: MerchantId;
  /** Inclusive. Default: the oldest time that is kept. */
  readonly from?: string;
  /** Exclusive. */
  readonly to?: string;
  /** Where the previous page ended. */
  readonly after?: FeedPosition;
  readonly transactionType?: string;
  readonly status?: string;
  readonly limit: number;
}

export interface FeedPage {
  readonly kind: 'page';
  readonly items: readonly ReturnType<typeof feedItem>[];
  /** Where the next page begins, now or when there are more rows. */
  readonly next: FeedPosition;
  readonly hasMore: boolean;
  readonly watermark: string;
}

export interface FeedRefusal {
  readonly kind: 'refused';
  readonly code: 'beyond_retention' | 'in_future' | 'invalid_cursor' | 'cursor_expired';
  readonly field: 'from' | 'to' | 'cursor';
  /** The oldest time that is kept, if the refused one is older. */
  readonly oldest?: string;
  readonly watermark: string;
}

/** Maximum number of rows that one request reads if a filter skips most of them. */
const MAX_FILTERED_ROWS = 5_000;
/** How far a caller's clock may be ahead of ours before a time counts as in the future. */
const FUTURE_TOLERANCE_MS = 5 * MINUTE_MS;

/**
 * Reads one page. It lists everything up to the watermark and nothing younger. Every row stamped before the watermark
 * is committed and visible in the index, because a feed lag has passed. The last page of the list ends at the watermark,
 * so no row is ever added before a cursor that was handed out.
 */
export async function readFeed(ports: FeedPorts, asked: FeedQuestion): Promise<FeedPage | FeedRefusal> {
  const nowMs = ports.clock.now();
  const watermark = watermarkAt(ports, nowMs);
  const oldest = oldestShown(ports, nowMs);
  const wrong = rangeRefusal(asked, { nowMs, oldest });
  if (wrong !== undefined) return { kind: 'refused', ...wrong, watermark };
  const { merchantId, limit, after } = asked;
  const feedShards = await feedShardsOf(ports, merchantId, nowMs);
  const range = rangeOf(asked, { oldest, watermark });
  const isFiltered = asked.transactionType !== undefined || asked.status !== undefined;
  const merge = openMerge({
    lists: shardLists(ports.feed, {
      merchantId,
      feedShards,
      ...range,
      ...(after?.kind === 'behind' && { after: after.key }),
      ...(isFiltered ? { maxRows: MAX_FILTERED_ROWS } : { limit }),
    }),
    orderOf: feedOrder,
    maxRows: MAX_FILTERED_ROWS,
  });
  const { items, last, hasMore } = await takePage(merge, { limit, accepts: accepts(asked), view: feedItem });
  // The watermark depends on the clock. A machine whose clock is off must not sign one.
  ports.clockTrust.assertTrusted();
  const next: FeedPosition =
    hasMore && last !== undefined ? { kind: 'behind', key: last } : endOf(range, after);
  return { kind: 'page', items, next, hasMore, watermark };
}

/** Why a range or a cursor is refused; undefined if it is not. */
export function rangeRefusal(
  { from, to, after }: Pick<FeedQuestion, 'from' | 'to' | 'after'>,
  { nowMs, oldest }: { readonly nowMs: number; readonly oldest: string },
): Omit<FeedRefusal, 'kind' | 'watermark'> | undefined {
  const future = isoTime(nowMs + FUTURE_TOLERANCE_MS);
  for (const [field, time] of [['from', from] as const, ['to', to] as const]) {
    if (time !== undefined && time < oldest) return { code: 'beyond_retention', field, oldest };
    if (time !== undefined && time > future) return { code: 'in_future', field };
  }
  if (after === undefined) return undefined;
  const position = positionText(after);
  if (position < oldest) return { code: 'cursor_expired', field: 'cursor', oldest };
  // No cursor that we gave lies beyond a watermark. The tolerance allows for another machine's clock that is ahead.
  return position > future ? { code: 'invalid_cursor', field: 'cursor' } : undefined;
}

interface Range {
  readonly from: string;
  readonly to: string;
}

function rangeOf(
  { from, to, after }: FeedQuestion,
  { oldest, watermark }: { readonly oldest: string; readonly watermark: string },
): Range {
  const begin = later(from ?? oldest, after?.kind === 'time' ? after.at : oldest);
  // The watermark itself is complete, and the end of a range is exclusive.
  const complete = isoTime(msOf(watermark) + 1);
  return { from: begin, to: to !== undefined && to < complete ? to : complete };
}

/** Never before `after`: this machine's clock may be behind the clock of the machine that gave the cursor. */
function endOf(range: Range, after: FeedPosition | undefined): FeedPosition {
  const at = later(range.from, range.to);
  return after !== undefined && positionText(after) > at ? after : { kind: 'time', at };
}

function later(left: string, right: string): string {
  return left > right ? left : right;
}

function accepts({ transactionType, status }: FeedQuestion): (row: TerminalOutcome) => boolean {
  return (row) =>
    (transactionType === undefined || row.transactionType === transactionType) &&
    (status === undefined || row.status === status);
}
