import { sha256 } from '../crypto.ts';
import type { Outcome } from '../model.ts';

/**
 * Digests of windows: counts, control totals and hashes that are equal where the contents are equal, and that
 * add up. The hash is a sum, so rows may come in any order and windows add up to hours and days. It finds loss,
 * not malice: signatures are for that.
 */

const MODULUS = 1n << 128n;
/** Of a row's SHA-256, the bytes that are summed. */
const SUMMED_BYTES = 16;
/** Into so many parts the rows of a window fall. */
export const BUCKETS = 256;

export type DigestRow = Pick<Outcome, 'transactionId' | 'version' | 'status' | 'amount' | 'currency'>;

type ListedRow = Pick<Outcome, 'transactionId' | 'version' | 'listedAt'>;

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

/** What of one `transactionType` and `status` falls into one bucket. */
export interface BucketDigest {
  readonly transactionType: string;
  readonly status: string;
  readonly bucket: number;
  readonly count: number;
  readonly hash: string;
}

/** When the rows of one `transactionType` and `status` were listed: summed up as what they say is. */
export interface TimeDigest {
  readonly transactionType: string;
  readonly status: string;
  /** 32 hex digits: the sum of {@link timeHash}. */
  readonly hash: string;
}

/** The event types that count: `payment.succeeded` of a `transactionType` and a `status`. */
export type TypeFilter = (of: { readonly transactionType: string; readonly status: string }) => boolean;

/**
 * The number that one row adds: the first 16 bytes, big-endian, of SHA-256 over its fields, a line feed between
 * them and none at the end.
 *
 * @example rowHash({ transactionId: 'pay_1', version: 1, status: 'SUCCEEDED', amount: 1999, currency: 'CNY' })
 */
export function rowHash(row: DigestRow): bigint {
  const { transactionId, version, status, amount, currency } = row;
  return numberOf([transactionId, version, status, amount, currency].join('\n'));
}

/** What the time of a row's listing adds: the same of its id, version and `listedAt`, which {@link rowHash} leaves out. */
function timeHash({ transactionId, version, listedAt }: ListedRow): bigint {
  return numberOf([transactionId, version, listedAt].join('\n'));
}

function numberOf(text: string): bigint {
  return BigInt(`0x${Buffer.from(sha256(text).subarray(0, SUMMED_BYTES)).toString('hex')}`);
}

export function hashText(sum: bigint): string {
  return sum.toString(16).padStart(32, '0');
}

/** A 256th of a window: the first byte of SHA-256 of the transaction id. */
export function bucketOf(transactionId: string): number {
  return sha256(transactionId)[0] ?? 0;
}

/** What adds up; a part of one row has the count 1. */
interface Part {
  readonly count: number;
  readonly amount: bigint;
  readonly hash: bigint;
}

/** Sums of parts by name. */
type Sums<T> = Map<string, Part & { readonly of: T }>;

function add<T>(sums: Sums<T>, { name, of, part }: { name: string; of: T; part: Part }): void {
  const sum = sums.get(name) ?? { of, count: 0, amount: 0n, hash: 0n };
  sums.set(name, {
    of,
    count: sum.count + part.count,
    amount: sum.amount + part.amount,
    hash: (sum.hash + part.hash) % MODULUS,
  });
}

function inOrder<T, R>(sums: Sums<T>, view: (of: T, sum: Part) => R): readonly R[] {
  return [...sums.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, { of, ...sum }]) => view(of, sum));
}

type GroupName = Pick<DigestGroup, 'transactionType' | 'status' | 'currency'>;

function addToGroup(groups: Sums<GroupName>, of: GroupName, part: Part): void {
  const { transactionType, status, currency } = of;
  const name = [transactionType, status, currency].join('\n');
  add(groups, { name, of: { transactionType, status, currency }, part });
}

function groupsOf(sums: Sums<GroupName>): readonly DigestGroup[] {
  return inOrder(sums, (of, { count, amount, hash }) => ({
    ...of,
    count,
    amount: amount.toString(),
    hash: hashText(hash),
  }));
}

/** Sums rows as they come; holds sums only, so its size does not grow with the window. */
export interface DigestSum {
  add(row: DigestRow & ListedRow & Pick<Outcome, 'transactionType'>): void;
  readonly count: number;
  groups(): readonly DigestGroup[];
  /** By event type, then bucket; none that are empty. */
  buckets(): readonly BucketDigest[];
  /** By event type. */
  times(): readonly TimeDigest[];
}

export function createDigestSum(): DigestSum {
  const groups: Sums<GroupName> = new Map();
  const buckets: Sums<Pick<BucketDigest, 'transactionType' | 'status' | 'bucket'>> = new Map();
  const times: Sums<EventName> = new Map();
  let count = 0;
  return {
    add(row) {
      const { transactionType, status } = row;
      const part = { count: 1, amount: BigInt(row.amount), hash: rowHash(row) };
      const bucket = bucketOf(row.transactionId);
      const name = [transactionType, status, String(bucket).padStart(3, '0')].join('\n');
      addToGroup(groups, row, part);
      add(buckets, { name, of: { transactionType, status, bucket }, part });
      addTime(times, { transactionType, status }, timeHash(row));
      count += 1;
    },
    get count() {
      return count;
    },
    groups: () => groupsOf(groups),
    buckets: () => inOrder(buckets, (of, sum) => ({ ...of, count: sum.count, hash: hashText(sum.hash) })),
    times: () => timesOf(times),
  };
}

type EventName = Pick<TimeDigest, 'transactionType' | 'status'>;

function addTime(times: Sums<EventName>, of: EventName, hash: bigint): void {
  const name = [of.transactionType, of.status].join('\n');
  add(times, { name, of, part: { count: 0, amount: 0n, hash } });
}

function timesOf(times: Sums<EventName>): readonly TimeDigest[] {
  return inOrder(times, (of, { hash }) => ({ ...of, hash: hashText(hash) }));
}

/** The times of several windows together. */
export function sumTimes(windows: Iterable<readonly TimeDigest[]>): readonly TimeDigest[] {
  const sums: Sums<EventName> = new Map();
  for (const times of windows) {
    for (const { transactionType, status, hash } of times) {
      addTime(sums, { transactionType, status }, BigInt(`0x${hash}`));
    }
  }
  return timesOf(sums);
}

/** The groups of several windows together: what one window of all their rows would have. */
export function sumGroups(windows: Iterable<readonly DigestGroup[]>): readonly DigestGroup[] {
  const sums: Sums<GroupName> = new Map();
  for (const groups of windows) {
    for (const group of groups) addToGroup(sums, group, partOf(group, group.amount));
  }
  return groupsOf(sums);
}

/** The event types that the filter lets through, together, bucket by bucket. */
export function sumBuckets(
  digests: readonly BucketDigest[],
  lets: TypeFilter,
): readonly Pick<BucketDigest, 'bucket' | 'count' | 'hash'>[] {
  const sums: Sums<number> = new Map();
  for (const digest of digests.filter(lets)) {
    const { bucket } = digest;
    add(sums, { name: String(bucket).padStart(3, '0'), of: bucket, part: partOf(digest) });
  }
  return inOrder(sums, (bucket, { count, hash }) => ({ bucket, count, hash: hashText(hash) }));
}

function partOf(digest: Digest, amount = '0'): Part {
  return { count: digest.count, amount: BigInt(amount), hash: BigInt(`0x${digest.hash}`) };
}

/** What two sides compare first: equal digests mean equal contents. */
export interface Digest {
  readonly count: number;
  readonly hash: string;
}

/** Of groups, or of buckets, together. */
export function sumDigests(parts: readonly Digest[]): Digest {
  const sum = parts.reduce((total, { hash }) => total + BigInt(`0x${hash}`), 0n);
  return { count: parts.reduce((total, { count }) => total + count, 0), hash: hashText(sum % MODULUS) };
}

export function digestOfRows(rows: readonly DigestRow[]): Digest {
  const sum = rows.reduce((total, row) => total + rowHash(row), 0n);
  return { count: rows.length, hash: hashText(sum % MODULUS) };
}

/** Whether two digests say the same: their groups are sorted, so their text is enough. */
export function sameGroups(left: readonly DigestGroup[], right: readonly DigestGroup[]): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
