import { isoTime } from '../protocol/instants.ts';
import {
  addHashes,
  createDigestSum,
  type Digest,
  type DigestGroup,
  numberOf,
  timeHash,
} from '../protocol/row-digest.ts';
import type { LedgerRow } from './columns.ts';
import { ReconcileFailure } from './ledger-failure.ts';

/** Sums of a ledger by window. They are all that the first reading keeps in memory. */

/** Maximum windows in memory: two years of five-minute windows. */
const MAX_WINDOWS = 210_000;

/** Number of rows and sum of their hashes. If both are equal, so are ids, versions, statuses, amounts and currencies. */
export interface RowSum {
  readonly count: number;
  readonly hash: bigint;
}

/** Adds what a row's hash leaves out. Without it, values swapped between two rows would go unnoticed. */
export interface Sum extends RowSum {
  /** Sum of row hashes, each multiplied by a number derived from its transaction type. */
  readonly types: bigint;
  /** Sum of hashes over ids, versions and `listedAt`. Undefined if unknown. */
  readonly times: bigint | undefined;
}

export const EMPTY_SUM: Sum = { count: 0, hash: 0n, types: 0n, times: 0n };

export function added(left: Sum, right: Sum): Sum {
  const times =
    left.times === undefined || right.times === undefined ? undefined : addHashes(left.times, right.times);
  return {
    count: left.count + right.count,
    hash: addHashes(left.hash, right.hash),
    types: addHashes(left.types, right.types),
    times,
  };
}

export function sumOf(parts: Iterable<Sum>): Sum {
  let sum = EMPTY_SUM;
  for (const part of parts) sum = added(sum, part);
  return sum;
}

/** The sum of one row. `group` is the digest of that row. */
export function sumOfRow(row: LedgerRow, group: DigestGroup): Sum {
  const times = timeHash({ ...row, listedAt: isoTime(row.listedMs) });
  return { count: 1, hash: group.hash, types: typedHash(group), times };
}

/** The sum of a digest from the service. */
export function sumOfDigest(digest: Digest, times: bigint | undefined): Sum {
  const hashes = digest.map((group) => ({ hash: group.hash, types: typedHash(group) }));
  return {
    count: digest.reduce((sum, { count }) => sum + count, 0),
    hash: hashes.reduce((sum, { hash }) => addHashes(sum, hash), 0n),
    types: hashes.reduce((sum, { types }) => addHashes(sum, types), 0n),
    times,
  };
}

const factors = new Map<string, bigint>();

function typedHash({ transactionType, hash }: Pick<DigestGroup, 'transactionType' | 'hash'>): bigint {
  const factor = factors.get(transactionType) ?? numberOf(transactionType);
  factors.set(transactionType, factor);
  return addHashes(hash * factor, 0n);
}

export function isSame(left: RowSum, right: RowSum): boolean {
  return left.count === right.count && left.hash === right.hash;
}

export function windowOf(row: Pick<LedgerRow, 'listedMs'>, windowMs: number): number {
  return Math.floor(row.listedMs / windowMs) * windowMs;
}

/** Sums by the start of their window, in milliseconds since 1970. */
export type WindowSums = ReadonlyMap<number, Sum>;

export function createWindowSums(windowMs: number) {
  const sums = new Map<number, Sum>();
  return {
    sums: sums as WindowSums,
    add(row: LedgerRow, sum: Sum): void {
      const start = windowOf(row, windowMs);
      sums.set(start, added(sums.get(start) ?? EMPTY_SUM, sum));
      if (sums.size <= MAX_WINDOWS) return;
      throw new ReconcileFailure(
        'too_long_a_time',
        `Line ${row.line}: the ledger has rows in more than ${MAX_WINDOWS} windows. Split it, or pass --from and --to.`,
      );
    },
  };
}

/** Control totals of a whole ledger, in the form of a statement's head. */
export function createTotals() {
  const totals = createDigestSum();
  return {
    add: (group: DigestGroup) => totals.addDigest([group]),
    records: (): readonly string[] =>
      totals
        .digest()
        .map(({ transactionType, status, currency, count, amount, hash }) =>
          [transactionType, status, currency, count, amount, hash.toString(16).padStart(32, '0')].join(),
        ),
  };
}
