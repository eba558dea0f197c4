import { createDigestSum, type DigestGroup } from '../../receiver/digest.ts';
import type { LedgerRow } from './columns.ts';
import { ReconcileFailure } from './failure.ts';

/** What a ledger adds up to, window by window: all that is held of it while it is read for the first time. */

const MODULUS = 1n << 128n;
/** Windows that are held: of five minutes, those of two years. */
const MAX_WINDOWS = 210_000;

/** How many rows, and the sum of their hashes: where both are equal, so are the rows. */
export interface Sum {
  readonly count: number;
  readonly hash: bigint;
}

export const NOTHING: Sum = { count: 0, hash: 0n };

export function added(left: Sum, right: Sum): Sum {
  return { count: left.count + right.count, hash: (left.hash + right.hash) % MODULUS };
}

export function sumOf(parts: Iterable<Sum>): Sum {
  let sum = NOTHING;
  for (const part of parts) sum = added(sum, part);
  return sum;
}

export function isSame(left: Sum, right: Sum): boolean {
  return left.count === right.count && left.hash === right.hash;
}

export function windowOf(row: Pick<LedgerRow, 'listedMs'>, windowMs: number): number {
  return Math.floor(row.listedMs / windowMs) * windowMs;
}

/** Sums of windows by their start. */
export type WindowSums = ReadonlyMap<number, Sum>;

export function createWindowSums(windowMs: number) {
  const sums = new Map<number, Sum>();
  return {
    sums: sums as WindowSums,
    add(row: LedgerRow, sum: Sum): void {
      const start = windowOf(row, windowMs);
      sums.set(start, added(sums.get(start) ?? NOTHING, sum));
      if (sums.size <= MAX_WINDOWS) return;
      throw new ReconcileFailure(
        'too_long_a_time',
        `Line ${row.line}: the ledger has rows in more than ${MAX_WINDOWS} windows. Split it, or give --from and --to.`,
      );
    },
  };
}

/** The control totals of a whole ledger, as a statement's head has them. */
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
