import { bucketOf, type HashedRow as RowFields } from '../../../protocol/row-digest.ts';
import { typeFilter } from '../../deliver/expected-endpoints.ts';
import {
  type ClosedWindow,
  readClosedWindow,
  type WindowPorts,
  type WindowRefusal,
} from '../../feed/closed-windows.ts';
import { createDigestSum, type Digest, digestOfRows, sumDigests } from '../../feed/digest.ts';
import type { MerchantId, Outcome, TransactionId } from '../../model.ts';
import { bucketDigests, readRows, rowsOf } from './window-contents.ts';

/** Compares a receiver's own rows of a closed window with ours, and classifies the differences. */

export const DIFFERENCE_CLASSES = ['only_here', 'only_there', 'status', 'amount', 'currency'] as const;

/** The fields that can differ in a row that both sides have. */
const FIELDS = ['status', 'amount', 'currency'] as const;

/** The part of a row that is compared. */
type HashedRow = Pick<Outcome, keyof RowFields>;
type Side = Omit<HashedRow, 'transactionId'>;

/** "Here" is Tidings, "there" is the receiver. A row that both sides have may appear in several classes. */
interface Difference {
  readonly class: (typeof DIFFERENCE_CLASSES)[number];
  readonly transactionId: TransactionId;
  readonly here?: Side;
  readonly there?: Side;
}

export interface Claim {
  readonly merchantId: MerchantId;
  readonly start: string;
  readonly bucket?: number;
  readonly types?: readonly string[];
  readonly rows: readonly HashedRow[];
}

export interface Reconciliation {
  readonly kind: 'reconciled';
  readonly asOf: string;
  readonly window: { readonly start: string; readonly end: string; readonly revision: number };
  readonly windowSeconds: number;
  readonly here: Digest;
  /** The digest of the claimed rows. It ties the answer to them. */
  readonly there: Digest;
  readonly differences: readonly Difference[];
}

export type ClaimRefusal =
  | WindowRefusal
  | {
      readonly kind: 'wrong_rows';
      readonly code: 'duplicate_row' | 'wrong_bucket';
      readonly rows: readonly number[];
    }
  | { readonly kind: 'too_many_differences'; readonly asOf: string };

/** Maximum number of rows that one request can claim, or be compared with. */
export const MAX_CLAIMED_ROWS = 10_000;
/** Maximum number of rows of a window that are read to find those of a bucket. */
const MAX_ROWS_READ = 50_000;
/** Maximum number of differences in one answer, which keeps it under 1 MB. */
const MAX_DIFFERENCES = 2_000;

/**
 * Compares digests first. If they are equal, so are the rows, and none is read. A row that we list in another window, or
 * in another bucket, is `only_there` in this one.
 */
export async function reconcile(ports: WindowPorts, claim: Claim): Promise<Reconciliation | ClaimRefusal> {
  const wrong = wrongRows(claim);
  if (wrong !== undefined) return { kind: 'wrong_rows', ...wrong };
  const found = await readClosedWindow(ports, claim);
  if (found.kind === 'refused') return found;
  const { asOf, window, windowSeconds } = found;
  const refused = (code: WindowRefusal['code']): WindowRefusal => ({ kind: 'refused', asOf, code });
  const accepts = typeFilter(claim.types);
  const { bucket } = claim;
  const parts = bucket === undefined ? window.groups : await bucketDigests(ports, found);
  if (typeof parts === 'string') return refused(parts);
  const here = sumDigests(
    parts.filter((part) => accepts(part) && (!('bucket' in part) || part.bucket === bucket)),
  );
  const there = digestOfRows(claim.rows);
  const answer = { kind: 'reconciled', asOf, window, windowSeconds, here, there } as const;
  if (here.count === there.count && here.hash === there.hash) return { ...answer, differences: [] };
  if (here.count > MAX_CLAIMED_ROWS || rowsOf(window) > MAX_ROWS_READ) return refused('window_too_large');

  const differences = await compareRows(ports, claim, { ...found, here });
  if (differences === 'window_in_doubt') return refused(differences);
  if (differences.length > MAX_DIFFERENCES) return { kind: 'too_many_differences', asOf };
  return { ...answer, differences };
}

/** Refuses rows that do not match their digest: the differences would look complete without being so. */
async function compareRows(
  ports: WindowPorts,
  { rows, bucket, types }: Claim,
  { window, nowMs, here }: ClosedWindow & { readonly here: Digest },
): Promise<readonly Difference[] | 'window_in_doubt'> {
  const accepts = typeFilter(types);
  const comparison = openComparison(rows);
  const read = createDigestSum();
  for await (const row of readRows(ports, window, nowMs)) {
    if (!accepts(row) || (bucket !== undefined && bucketOf(row.transactionId) !== bucket)) continue;
    read.add(row);
    comparison.compare(row);
    if (comparison.differences.length > MAX_DIFFERENCES) return comparison.differences;
  }
  comparison.finish();
  const { count, hash } = sumDigests(read.groups());
  return count === here.count && hash === here.hash ? comparison.differences : 'window_in_doubt';
}

/** Checks the claim: a duplicate row, or a row that the request's filter excludes, is an error of its own. */
function wrongRows({
  rows,
  bucket,
}: Claim): { readonly code: 'duplicate_row' | 'wrong_bucket'; readonly rows: readonly number[] } | undefined {
  const seen = new Set<string>();
  const duplicates = [...rows.keys()].filter((index) => {
    const name = nameOf(rows[index]);
    const isSecond = seen.has(name);
    seen.add(name);
    return isSecond;
  });
  if (duplicates.length > 0) return { code: 'duplicate_row', rows: duplicates };
  if (bucket === undefined) return undefined;
  const outsideBucket = [...rows.keys()].filter(
    (index) => bucketOf(rows[index]?.transactionId ?? '') !== bucket,
  );
  return outsideBucket.length > 0 ? { code: 'wrong_bucket', rows: outsideBucket } : undefined;
}

function nameOf(row: Pick<HashedRow, 'transactionId' | 'version'> | undefined): string {
  return `${row?.transactionId}#${row?.version}`;
}

function openComparison(claimed: readonly HashedRow[]) {
  const waiting = new Map(claimed.map((row) => [nameOf(row), row]));
  const differences: Difference[] = [];
  return {
    differences,
    compare(row: HashedRow): void {
      const { transactionId } = row;
      const there = waiting.get(nameOf(row));
      waiting.delete(nameOf(row));
      if (there === undefined) {
        differences.push({ class: 'only_here', transactionId, here: sideOf(row) });
        return;
      }
      for (const field of FIELDS) {
        if (row[field] === there[field]) continue;
        differences.push({ class: field, transactionId, here: sideOf(row), there: sideOf(there) });
      }
    },
    /** Claimed rows that were not found here are `only_there`. */
    finish(): void {
      for (const row of waiting.values()) {
        differences.push({ class: 'only_there', transactionId: row.transactionId, there: sideOf(row) });
      }
    },
  };
}

function sideOf({ version, status, amount, currency }: HashedRow): Side {
  return { version, status, amount, currency };
}
