import type { EventKind } from '../../protocol/event-names.ts';
import {
  addHashes,
  bucketOf,
  createDigestSum as createGroupSum,
  type DigestRow,
  groupOf,
  type HashedRow,
  hashText,
  type DigestGroup as RowGroup,
  rowHash,
  timeHash,
} from '../../protocol/row-digest.ts';

/** Digests of windows, as stored and as shown: groups, buckets and times. Their large numbers are text. */

/** The sum of one `transactionType`, `status` and `currency` of a window. */
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

/** The rows of one `transactionType` and `status` that fall into one bucket. */
export interface BucketDigest {
  readonly transactionType: string;
  readonly status: string;
  readonly bucket: number;
  readonly count: number;
  readonly hash: string;
}

/** The sum of the listing times of one `transactionType` and `status`. */
export interface TimeDigest {
  readonly transactionType: string;
  readonly status: string;
  /** 32 hex digits: the sum of {@link timeHash}. */
  readonly hash: string;
}

/** Which event types to include. */
export type TypeFilter = (kind: EventKind) => boolean;

/** A row of a window. `listedAt` is absent for rows that were never listed, such as claimed ones. */
type SummedRow = DigestRow & { readonly listedAt?: string };

/** Sums rows as they arrive. It holds sums only, so its size does not grow with the window. */
export interface DigestSum {
  add(row: SummedRow): void;
  readonly count: number;
  groups(): readonly DigestGroup[];
  /** Sorted by event type, then bucket. Empty ones are left out. */
  buckets(): readonly BucketDigest[];
  /** Sorted by event type. */
  times(): readonly TimeDigest[];
}

export function createDigestSum(): DigestSum {
  const groups = createGroupSum();
  const buckets: Sums<EventKind & { readonly bucket: number }> = new Map();
  const times: Sums<EventKind> = new Map();
  let count = 0;
  return {
    add(row) {
      const { transactionType, status } = row;
      const group = groupOf(row);
      groups.addDigest([group]);
      const bucket = bucketOf(row.transactionId);
      const name = [transactionType, status, bucketName(bucket)].join('\n');
      add(buckets, { name, of: { transactionType, status, bucket }, count: 1, hash: group.hash });
      addTime(times, { transactionType, status }, timeHash({ ...row, listedAt: row.listedAt ?? '' }));
      count += 1;
    },
    get count() {
      return count;
    },
    groups: () => groups.digest().map(shownGroup),
    buckets: () => inOrder(buckets, (of, sum) => ({ ...of, count: sum.count, hash: hashText(sum.hash) })),
    times: () => timesOf(times),
  };
}

function shownGroup({ amount, hash, ...group }: RowGroup): DigestGroup {
  return { ...group, amount: amount.toString(), hash: hashText(hash) };
}

function readGroup({ amount, hash, ...group }: DigestGroup): RowGroup {
  return { ...group, amount: BigInt(amount), hash: hashOf(hash) };
}

/** The bucket as text that sorts like the number. */
function bucketName(bucket: number): string {
  return String(bucket).padStart(3, '0');
}

function hashOf(text: string): bigint {
  return BigInt(`0x${text}`);
}

/** The running sum for one name. */
interface Sum<T> {
  readonly of: T;
  readonly count: number;
  readonly hash: bigint;
}

type Sums<T> = Map<string, Sum<T>>;

function add<T>(sums: Sums<T>, { name, of, count, hash }: Sum<T> & { readonly name: string }): void {
  const sum = sums.get(name) ?? { of, count: 0, hash: 0n };
  sums.set(name, { of, count: sum.count + count, hash: addHashes(sum.hash, hash) });
}

function inOrder<T, R>(sums: Sums<T>, view: (of: T, sum: Sum<T>) => R): readonly R[] {
  return [...sums.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, sum]) => view(sum.of, sum));
}

function addTime(times: Sums<EventKind>, of: EventKind, hash: bigint): void {
  add(times, { name: [of.transactionType, of.status].join('\n'), of, count: 0, hash });
}

function timesOf(times: Sums<EventKind>): readonly TimeDigest[] {
  return inOrder(times, (of, { hash }) => ({ ...of, hash: hashText(hash) }));
}

/** Adds up the times of several windows. */
export function sumTimes(windows: Iterable<readonly TimeDigest[]>): readonly TimeDigest[] {
  const sums: Sums<EventKind> = new Map();
  for (const times of windows) {
    for (const { transactionType, status, hash } of times) {
      addTime(sums, { transactionType, status }, hashOf(hash));
    }
  }
  return timesOf(sums);
}

/** Adds up the groups of several windows. The result equals that of one window with all their rows. */
export function sumGroups(windows: Iterable<readonly DigestGroup[]>): readonly DigestGroup[] {
  const sum = createGroupSum();
  for (const groups of windows) sum.addDigest(groups.map(readGroup));
  return sum.digest().map(shownGroup);
}

/** Adds up, bucket by bucket, the event types that the filter accepts. */
export function sumBuckets(
  digests: readonly BucketDigest[],
  accepts: TypeFilter,
): readonly Pick<BucketDigest, 'bucket' | 'count' | 'hash'>[] {
  const sums: Sums<number> = new Map();
  for (const { bucket, count, hash } of digests.filter(accepts)) {
    add(sums, { name: bucketName(bucket), of: bucket, count, hash: hashOf(hash) });
  }
  return inOrder(sums, (bucket, { count, hash }) => ({ bucket, count, hash: hashText(hash) }));
}

/** What two sides compare first. Equal digests mean equal contents. */
export interface Digest {
  readonly count: number;
  readonly hash: string;
}

/** Adds up digests, of groups or of buckets. */
export function sumDigests(parts: readonly Digest[]): Digest {
  const hash = parts.reduce((total, part) => addHashes(total, hashOf(part.hash)), 0n);
  return { count: parts.reduce((total, { count }) => total + count, 0), hash: hashText(hash) };
}

export function digestOfRows(rows: readonly HashedRow[]): Digest {
  const hash = rows.reduce((total, row) => addHashes(total, rowHash(row)), 0n);
  return { count: rows.length, hash: hashText(hash) };
}

/** Whether two digests are equal. Groups are sorted, so comparing their JSON text is enough. */
export function sameGroups(left: readonly DigestGroup[], right: readonly DigestGroup[]): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
