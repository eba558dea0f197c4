import { createHash } from 'node:crypto';

/**
 * Digests of what was applied, by the rule that the service publishes and by code of our own: where both are equal,
 * the contents are equal. Rows may come in any order, and digests of parts add up to that of the whole.
 */

const MODULUS = 1n << 128n;
/** Of a row's SHA-256, the bytes that are summed. */
const SUMMED_BYTES = 16;

/** What of an outcome goes into a digest. */
export interface DigestRow {
  readonly transactionId: string;
  readonly version: number;
  readonly transactionType: string;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
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

/** The number that one row adds: the first 16 bytes of SHA-256 over its fields, a line feed between them. */
function rowHash({ transactionId, version, status, amount, currency }: DigestRow): bigint {
  return numberOf(`${transactionId}\n${version}\n${status}\n${amount}\n${currency}`);
}

/** The number that the time of a row's listing adds to a digest of times: the same over id, version and `listedAt`. */
export function timeHash(
  row: Pick<DigestRow, 'transactionId' | 'version'> & { readonly listedAt: string },
): bigint {
  return numberOf(`${row.transactionId}\n${row.version}\n${row.listedAt}`);
}

/** The first 16 bytes of a text's SHA-256. */
export function numberOf(text: string): bigint {
  const bytes = createHash('sha256').update(text, 'utf8').digest().subarray(0, SUMMED_BYTES);
  return BigInt(`0x${bytes.toString('hex')}`);
}

/** Which of 256 buckets a transaction belongs to. */
export function bucketOf(transactionId: string): number {
  return createHash('sha256').update(transactionId, 'utf8').digest().readUInt8(0);
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
