import * as z from 'zod';
import type { MerchantId, TerminalOutcome } from '../model.ts';
import { onFirstUse, type Parsed } from '../reading/on-first-use.ts';
import { storedMerchantId, storedTime } from '../reading/stored.ts';
import { isoTime, SECOND_MS } from '../time.ts';
import type { DigestSum } from './digest.ts';
import type { FeedStore } from './feed-store.ts';

/** Fixed slices of a merchant's feed. Windows start at multiples of their length in Unix time. */

/** 128 bits in hex. */
const HASH = /^[0-9a-f]{1,32}$/;
const groupSchema = onFirstUse(() =>
  z.object({
    transactionType: z.string(),
    status: z.string(),
    currency: z.string(),
    count: z.number().int(),
    amount: z.string().regex(/^-?\d+$/),
    hash: z.string().regex(HASH),
  }),
);
const bucketSchema = onFirstUse(() =>
  z.object({
    transactionType: z.string(),
    status: z.string(),
    bucket: z.number().int(),
    count: z.number().int(),
    hash: z.string().regex(HASH),
  }),
);

const timeDigestSchema = onFirstUse(() =>
  z.object({ transactionType: z.string(), status: z.string(), hash: z.string() }),
);

export const windowSchema = onFirstUse(() =>
  z.object({
    merchantId: storedMerchantId(),
    start: storedTime(),
    end: storedTime(),
    /** 0 when closed. Raised each time the audit finds other contents. */
    revision: z.number().int().nonnegative(),
    groups: z.array(groupSchema()).readonly(),
    /** Absent on windows that an earlier version closed. */
    times: z.array(timeDigestSchema()).readonly().exactOptional(),
    /** Stored for windows with many rows; for small ones they are computed on demand. */
    buckets: z.array(bucketSchema()).readonly().exactOptional(),
  }),
);
export type Window = Parsed<typeof windowSchema>;

/** A window with more rows than this stores its bucket digests. */
export const BUCKETS_ABOVE_ROWS = 500;
/** Maximum number of bucket digests stored for one window: over 30 event types. With more, they are computed on demand. */
const MAX_KEPT_BUCKETS = 8_192;
/** Feed rows per page read. */
const PAGE = 1_000;

/** The start of the window in which `ms` lies. */
export function windowStart(ms: number, windowSeconds: number): number {
  const lengthMs = windowSeconds * SECOND_MS;
  return Math.floor(ms / lengthMs) * lengthMs;
}

/** A time range of a merchant's feed, [from, to). */
export interface FeedRange {
  readonly merchantId: MerchantId;
  readonly feedShards: number;
  readonly from: string;
  readonly to: string;
}

/** Every row of a merchant's feed in [from, to), shard by shard, page by page. */
export async function* feedRows(feed: FeedStore, range: FeedRange): AsyncGenerator<TerminalOutcome> {
  const { merchantId, feedShards, from, to } = range;
  for (let shard = 0; shard < feedShards; shard += 1) {
    let cursor: string | undefined;
    do {
      const page = await feed.page({
        merchantId,
        shard,
        from,
        to,
        limit: PAGE,
        ...(cursor !== undefined && { cursor }),
      });
      yield* page.rows;
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
}

interface WindowPlace {
  readonly merchantId: MerchantId;
  readonly startMs: number;
  readonly windowSeconds: number;
}

/** Makes a window from the sum of its rows. */
export function windowOf(sum: DigestSum, of: WindowPlace): Window {
  const buckets = sum.count > BUCKETS_ABOVE_ROWS ? sum.buckets() : [];
  return {
    merchantId: of.merchantId,
    start: isoTime(of.startMs),
    end: isoTime(of.startMs + of.windowSeconds * SECOND_MS),
    revision: 0,
    groups: sum.groups(),
    times: sum.times(),
    ...(buckets.length > 0 && buckets.length <= MAX_KEPT_BUCKETS && { buckets }),
  };
}
