import { sha256 } from './crypto.ts';
import type { Outcome } from './model.ts';

/**
 * Digests of windows: counts, control totals and hashes that are equal where the contents are equal, and that
 * add up. The hash is a sum, so rows may come in any order and windows add up to hours and days. It finds loss,
 * not malice: signatures are for that.
 */

const MODULUS = 1n << 128n;
/** Of a row's SHA-256, the bytes that are summed. */
const SUMMED_BYTES = 16;

export type DigestRow = Pick<Outcome, 'transactionId' | 'version' | 'status' | 'amount' | 'currency'>;

/** One `transactionType`, `status` and `currency` of a window. */
export interface DigestGroup {
  readonly transactionType: string;
  readonly status: string;
  readonly currency: string;
  readonly count: number;
  /** The sum of amounts in the minor unit, as a decimal string: it may exceed what a number holds exactly. */
  readonly amount: string;
  /** 32 hex digits. */
  readonly hash: string;
}

/** A 256th of a window, by the first byte of SHA-256 of the transaction id. */
interface BucketDigest {
  readonly bucket: number;
  readonly count: number;
  readonly hash: string;
}

/**
 * The number that one row adds: the first 16 bytes, big-endian, of SHA-256 over its fields, a line feed between
 * them and none at the end.
 *
 * @example rowHash({ transactionId: 'pay_1', version: 1, status: 'SUCCEEDED', amount: 1999, currency: 'CNY' })
 */
export function rowHash(row: DigestRow): bigint {
  const { transactionId, version, status, amount, currency } = row;
  const bytes = sha256([transactionId, version, status, amount, currency].join('\n'));
  return BigInt(`0x${Buffer.from(bytes.subarray(0, SUMMED_BYTES)).toString('hex')}`);
}

export function hashText(sum: bigint): string {
  return sum.toString(16).padStart(32, '0');
}

function bucketOf(transactionId: string): number {
  return sha256(transactionId)[0] ?? 0;
}

interface Sum {
  count: number;
  amount: bigint;
  hash: bigint;
}

/** Sums rows as they come; holds sums only, so its size does not grow with the window. */
export interface DigestSum {
  add(row: DigestRow & Pick<Outcome, 'transactionType'>): void;
  readonly count: number;
  groups(): readonly DigestGroup[];
  buckets(): readonly BucketDigest[];
}

export function createDigestSum(): DigestSum {
  const groups = new Map<string, Sum & { readonly key: readonly [string, string, string] }>();
  const buckets = new Map<number, Sum>();
  let count = 0;
  return {
    add(row) {
      const key = [row.transactionType, row.status, row.currency] as const;
      const name = key.join('\n');
      const group = groups.get(name) ?? { key, count: 0, amount: 0n, hash: 0n };
      const number = bucketOf(row.transactionId);
      const bucket = buckets.get(number) ?? { count: 0, amount: 0n, hash: 0n };
      const hash = rowHash(row);
      for (const sum of [group, bucket]) {
        sum.count += 1;
        sum.amount += BigInt(row.amount);
        sum.hash = (sum.hash + hash) % MODULUS;
      }
      groups.set(name, group);
      buckets.set(number, bucket);
      count += 1;
    },
    get count() {
      return count;
    },
    groups: () =>
      [...groups.entries()]
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(
          ([
            ,
            {
              key: [transactionType, status, currency],
              ...sum
            },
          ]) => ({
            transactionType,
            status,
            currency,
            count: sum.count,
            amount: sum.amount.toString(),
            hash: hashText(sum.hash),
          }),
        ),
    buckets: () =>
      [...buckets.entries()]
        .sort(([left], [right]) => left - right)
        .map(([bucket, sum]) => ({ bucket, count: sum.count, hash: hashText(sum.hash) })),
  };
}

/** Whether two digests say the same: their groups are sorted, so their text is enough. */
export function sameGroups(left: readonly DigestGroup[], right: readonly DigestGroup[]): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
