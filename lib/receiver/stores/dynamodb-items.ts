import { isoTime } from '../../protocol/instants.ts';
import { BUCKETS, bucketOf } from '../../protocol/row-digest.ts';
import type { AppliedOutcome, ListedRange, MarkName } from './receiver-store.ts';

/** The items of the receiver's table. Ids contain no `#`, so keys cannot collide. */

export const WINDOWS_INDEX = 'windows';

/** Partitions per merchant and day in the index. Together they take 16,000 writes a second. */
const SHARDS = 16;
const DAY_MS = 86_400_000;

export const isMissing = 'attribute_not_exists(pk)';

export function appliedKey(merchantId: string, transactionId: string) {
  return { pk: `T#${merchantId}#${transactionId}`, sk: 'APPLIED' };
}

export function markKey(merchantId: string, name: MarkName) {
  return { pk: `M#${merchantId}`, sk: name };
}

export function acknowledgementsPk(merchantId: string): string {
  return `A#${merchantId}`;
}

export function appliedItem(row: AppliedOutcome) {
  const { merchantId, transactionId, listedAtMs, ...rest } = row;
  const day = Math.floor(listedAtMs / DAY_MS) * DAY_MS;
  return {
    ...appliedKey(merchantId, transactionId),
    ...rest,
    windowPk: windowPk(merchantId, day, shardOf(bucketOf(transactionId))),
    windowSk: `${isoTime(listedAtMs)}#${transactionId}`,
  };
}

function windowPk(merchantId: string, dayMs: number, shard: number): string {
  return `W#${merchantId}#${isoTime(dayMs).slice(0, 10)}#${shard.toString(16)}`;
}

/** The shard of a bucket. A bucket lies in exactly one shard, so it can be read without the others. */
function shardOf(bucket: number): number {
  return Math.floor((bucket * SHARDS) / BUCKETS);
}

/** The index partitions that hold a range, day by day. */
export function* partitionsOf(
  range: ListedRange & { readonly bucket?: number | undefined },
): Generator<string> {
  const { merchantId, fromMs, toMs, bucket } = range;
  for (let day = Math.floor(fromMs / DAY_MS) * DAY_MS; day < toMs; day += DAY_MS) {
    for (let shard = 0; shard < SHARDS; shard += 1) {
      if (bucket === undefined || shardOf(bucket) === shard) yield windowPk(merchantId, day, shard);
    }
  }
}

/** Reads an item back. Merchant, transaction and listing time are stored only in the keys. */
export function rowFrom(item: Record<string, unknown>): AppliedOutcome {
  const [, merchantId = '', transactionId = ''] = String(item.pk).split('#');
  const [listedAt = ''] = String(item.windowSk).split('#');
  return {
    merchantId,
    transactionId,
    version: Number(item.version),
    transactionType: String(item.transactionType),
    status: String(item.status),
    amount: Number(item.amount),
    currency: String(item.currency),
    listedAtMs: Date.parse(listedAt),
    contentHash: String(item.contentHash),
  };
}
