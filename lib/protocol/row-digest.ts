import { sha256Hex } from './hashes.ts';

/**
 * Digests of rows: counts, control totals and hashes. Equal contents have equal digests. The service and its receivers
 * compare them. The hash is a sum, so the order of rows does not matter, and digests of parts add up to the digest of the
 * whole. A digest detects loss, not tampering; signatures detect tampering.
 */

const MODULUS = 1n << 128n;
/** Hex digits of a row's SHA-256 that are summed: 16 bytes. */
const SUMMED_DIGITS = 32;

/** The fields of an outcome that are hashed. */
export interface HashedRow {
  readonly transactionId: string;
  readonly version: number;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
}

/** The fields of an outcome that go into a digest. */
export interface DigestRow extends HashedRow {
  readonly transactionType: string;
}

/** The fields of an outcome that go into a digest of times. */
export interface ListedRow {
  readonly transactionId: string;
  readonly version: number;
  readonly listedAt: string;
}

/** The sum of the rows of one type, status and currency. */
export interface DigestGroup {
  readonly transactionType: string;
  readonly status: string;
  readonly currency: string;
  readonly count: number;
  /** In the minor unit. */
  readonly amount: bigint;
  /** Below 2^128. */
  readonly hash: bigint;
}

/** Groups with at least one row, sorted by name. */
export type Digest = readonly DigestGroup[];

/**
 * The hash of one row: the first 16 bytes, big-endian, of SHA-256 over its fields, separated by line feeds, without a
 * trailing one.
 *
 * @example rowHash({ transactionId: 'pay_1', version: 1, status: 'SUCCEEDED', amount: 1999, currency: 'CNY' })
 */
export function rowHash({ transactionId, version, status, amount, currency }: HashedRow): bigint {
  return numberOf(`${transactionId}\n${version}\n${status}\n${amount}\n${currency}`);
}

/** The hash of a row's listing time, for a digest of times. {@link rowHash} does not include this time. */
export function timeHash({ transactionId, version, listedAt }: ListedRow): bigint {
  return numberOf(`${transactionId}\n${version}\n${listedAt}`);
}

/** The first 16 bytes of a text's SHA-256 as a big-endian number. */
export function numberOf(text: string): bigint {
  return BigInt(`0x${sha256Hex(text).slice(0, SUMMED_DIGITS)}`);
}

/** Formats a hash as 32 hex digits. */
export function hashText(hash: bigint): string {
  return hash.toString(16).padStart(SUMMED_DIGITS, '0');
}

/** Number of buckets into which the rows of a window are divided. */
export const BUCKETS = 256;

/** The bucket of a transaction: the first byte of SHA-256 of its id. */
export function bucketOf(transactionId: string): number {
  return Number.parseInt(sha256Hex(transactionId).slice(0, 2), 16);
}

/** Adds up rows and digests incrementally. Its size grows with the number of groups, not with the number of rows. */
export interface DigestSum {
  addRow(row: DigestRow): void;
  addDigest(digest: Digest): void;
  digest(): Digest;
}

export function createDigestSum(): DigestSum {
  const groups = new Map<string, DigestGroup>();
  const add = (part: DigestGroup) => {
    const name = nameOf(part);
    const sum = groups.get(name);
    groups.set(name, {
      transactionType: part.transactionType,
      status: part.status,
      currency: part.currency,
      count: part.count + (sum?.count ?? 0),
      amount: part.amount + (sum?.amount ?? 0n),
      hash: addHashes(part.hash, sum?.hash ?? 0n),
    });
  };
  return {
    addRow: (row) => add(groupOf(row)),
    addDigest: (digest) => digest.forEach(add),
    digest: () =>
      [...groups.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, sum]) => sum),
  };
}

/** Adds two hashes, of rows or of sums, modulo 2^128. */
export function addHashes(left: bigint, right: bigint): bigint {
  return (left + right) % MODULUS;
}

/** Takes the second hash away from the first, modulo 2^128. */
export function subtractHashes(left: bigint, right: bigint): bigint {
  return (left - right + MODULUS) % MODULUS;
}

/** The digest of a single row. */
export function groupOf(row: DigestRow): DigestGroup {
  const { transactionType, status, currency } = row;
  return { transactionType, status, currency, count: 1, amount: BigInt(row.amount), hash: rowHash(row) };
}

/** The key of a group. It is unambiguous, because types, statuses and currencies contain no line feed. */
function nameOf({ transactionType, status, currency }: DigestGroup): string {
  return `${transactionType}\n${status}\n${currency}`;
}

export function sameDigest(left: Digest, right: Digest): boolean {
  return digestText(left) === digestText(right);
}

function digestText(digest: Digest): string {
  return digest
    .map((group) => [nameOf(group), group.count, group.amount, group.hash].join('\n'))
    .join('\n\n');
}
