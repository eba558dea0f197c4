import { sha256 } from './hashes.ts';

/**
 * Digests of rows: counts, control totals and hashes that are equal where the contents are equal. The service and its
 * receivers compare them. The hash is a sum, so rows may come in any order, and digests of parts add up to that of the
 * whole. It finds loss, not malice: signatures are for that.
 */

const MODULUS = 1n << 128n;
/** Of a row's SHA-256, the bytes that are summed. */
const SUMMED_BYTES = 16;

/** What of an outcome is hashed. */
export interface HashedRow {
  readonly transactionId: string;
  readonly version: number;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
}

/** What of an outcome goes into a digest. */
export interface DigestRow extends HashedRow {
  readonly transactionType: string;
}

/** What of an outcome goes into a digest of times. */
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

/** Groups that have rows, in the order of their names. */
export type Digest = readonly DigestGroup[];

/**
 * The number that one row adds: the first 16 bytes, big-endian, of SHA-256 over its fields, a line feed between them and
 * none at the end.
 *
 * @example rowHash({ transactionId: 'pay_1', version: 1, status: 'SUCCEEDED', amount: 1999, currency: 'CNY' })
 */
export function rowHash({ transactionId, version, status, amount, currency }: HashedRow): bigint {
  return numberOf(`${transactionId}\n${version}\n${status}\n${amount}\n${currency}`);
}

/** The number that the time of a row's listing adds to a digest of times, which {@link rowHash} leaves out. */
export function timeHash({ transactionId, version, listedAt }: ListedRow): bigint {
  return numberOf(`${transactionId}\n${version}\n${listedAt}`);
}

/** The first 16 bytes of a text's SHA-256. */
export function numberOf(text: string): bigint {
  return BigInt(`0x${sha256(text).subarray(0, SUMMED_BYTES).toString('hex')}`);
}

/** A hash as it is written: 32 hex digits. */
export function hashText(hash: bigint): string {
  return hash.toString(16).padStart(2 * SUMMED_BYTES, '0');
}

/** Into so many buckets the rows of a window fall. */
export const BUCKETS = 256;

/** The bucket of a transaction: the first byte of SHA-256 of its id. */
export function bucketOf(transactionId: string): number {
  return sha256(transactionId).readUInt8(0);
}

/** Sums rows or sums of rows as they come; its size grows with the kinds of rows, not with their number. */
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

/** Hashes of rows, or of sums of rows, together. */
export function addHashes(left: bigint, right: bigint): bigint {
  return (left + right) % MODULUS;
}

/** The digest of a single row. */
export function groupOf(row: DigestRow): DigestGroup {
  const { transactionType, status, currency } = row;
  return { transactionType, status, currency, count: 1, amount: BigInt(row.amount), hash: rowHash(row) };
}

/** Line feeds stand in no type, status or currency. */
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
