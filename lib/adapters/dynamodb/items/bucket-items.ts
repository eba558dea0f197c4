import * as z from 'zod';
import type { BucketDigest } from '../../../core/feed/digest.ts';
import { onFirstUse } from '../../../core/reading/on-first-use.ts';

/**
 * Bucket digests as items: per event type, 21 bytes a bucket instead of 120 as a map. They are stored next to their
 * window, not in it, so that reading a month of windows does not read their buckets.
 */

/** One bucket: its number (1 byte), its count (4 bytes) and its hash (16 bytes), big-endian. */
const RECORD_BYTES = 21;
const COUNT_AT = 1;
const HASH_AT = 5;

const eventTypeSchema = onFirstUse(() =>
  z.object({
    transactionType: z.string(),
    status: z.string(),
    digests: z.instanceof(Uint8Array),
  }),
);
const itemSchema = onFirstUse(() =>
  z.object({ revision: z.number().int(), eventTypes: z.array(eventTypeSchema()) }),
);

export function bucketAttributes(buckets: readonly BucketDigest[]): Record<string, unknown> {
  const byType = Map.groupBy(buckets, ({ transactionType, status }) => `${transactionType}\n${status}`);
  return {
    eventTypes: [...byType].map(([name, digests]) => {
      const [transactionType, status] = name.split('\n');
      return { transactionType, status, digests: Buffer.concat(digests.map(record)) };
    }),
  };
}

/** @throws ZodError if the item holds no bucket digests */
export function bucketsFromItem(item: Readonly<Record<string, unknown>>): {
  readonly revision: number;
  readonly buckets: readonly BucketDigest[];
} {
  const { revision, eventTypes } = itemSchema().parse(item);
  const buckets = eventTypes.flatMap(({ digests, ...eventType }) => {
    const bytes = Buffer.from(digests);
    return Array.from({ length: bytes.length / RECORD_BYTES }, (_, index) => ({
      ...eventType,
      ...digestOf(bytes.subarray(index * RECORD_BYTES, (index + 1) * RECORD_BYTES)),
    }));
  });
  return { revision, buckets };
}

function record({ bucket, count, hash }: BucketDigest): Buffer {
  const bytes = Buffer.alloc(RECORD_BYTES);
  bytes.writeUInt8(bucket);
  bytes.writeUInt32BE(count, COUNT_AT);
  bytes.write(hash, HASH_AT, 'hex');
  return bytes;
}

function digestOf(bytes: Buffer): Pick<BucketDigest, 'bucket' | 'count' | 'hash'> {
  return {
    bucket: bytes.readUInt8(),
    count: bytes.readUInt32BE(COUNT_AT),
    hash: bytes.toString('hex', HASH_AT),
  };
}
