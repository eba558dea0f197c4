import {
  createDigestSum,
  type Digest,
  type DigestGroup,
  type DigestSum,
  groupOf,
} from '../../protocol/row-digest.ts';
import { type AppliedOutcome, type ListedRange, sliceStart } from './receiver-store.ts';
import { type Row, rowOf, type SqliteDatabase, type SqliteInteger } from './sqlite-tables.ts';

/**
 * Sums per slice, updated in the transaction that applies an outcome. So the amount that reconciliation reads grows with
 * the length of the range, not with the number of outcomes. A slice is a minute. Hours, days and windows of whole minutes
 * consist of whole slices. Windows of other lengths are summed up from their rows.
 */
const SLICE_SECONDS = 60;

interface SliceRow {
  readonly start_ms: SqliteInteger;
  readonly transaction_type: string;
  readonly status: string;
  readonly currency: string;
  readonly count: SqliteInteger;
  /** Decimal text, because sums may exceed the integers of SQLite and of JavaScript. */
  readonly amount: string;
  readonly hash: string;
}

export function rememberInSlice(db: SqliteDatabase, row: AppliedOutcome): void {
  const startMs = sliceStart(row.listedAtMs, SLICE_SECONDS);
  const stored = db
    .prepare(
      `SELECT * FROM tidings_slices WHERE merchant_id = ? AND start_ms = ? AND transaction_type = ? AND status = ?
       AND currency = ?`,
    )
    .get(row.merchantId, startMs, row.transactionType, row.status, row.currency) as SliceRow | undefined;
  const sum = createDigestSum();
  sum.addRow(row);
  if (stored !== undefined && stored !== null) sum.addDigest([groupFrom(stored)]);
  for (const { transactionType, status, currency, count, amount, hash } of sum.digest()) {
    db.prepare('INSERT OR REPLACE INTO tidings_slices VALUES (?, ?, ?, ?, ?, ?, ?, ?)').run(
      row.merchantId,
      startMs,
      transactionType,
      status,
      currency,
      count,
      amount.toString(),
      hash.toString(),
    );
  }
}

export function readSlices(
  db: SqliteDatabase,
  range: ListedRange & { readonly everySeconds: number },
): ReadonlyMap<number, Digest> {
  const { everySeconds, fromMs, toMs } = range;
  const isWhole = [everySeconds, fromMs / 1_000, toMs / 1_000].every(
    (seconds) => seconds % SLICE_SECONDS === 0,
  );
  const sums = new Map<number, DigestSum>();
  const parts = isWhole ? wholeSlices(db, range) : singleRows(db, range);
  for (const [ms, group] of parts) {
    const start = sliceStart(ms, everySeconds);
    const sum = sums.get(start) ?? createDigestSum();
    sum.addDigest([group]);
    sums.set(start, sum);
  }
  return new Map([...sums].map(([start, sum]): [number, Digest] => [start, sum.digest()]));
}

type Part = readonly [ms: number, group: DigestGroup];

function* wholeSlices(db: SqliteDatabase, { merchantId, fromMs, toMs }: ListedRange): Generator<Part> {
  const slices = db
    .prepare('SELECT * FROM tidings_slices WHERE merchant_id = ? AND start_ms >= ? AND start_ms < ?')
    .all(merchantId, fromMs, toMs) as SliceRow[];
  for (const slice of slices) yield [Number(slice.start_ms), groupFrom(slice)];
}

function* singleRows(db: SqliteDatabase, { merchantId, fromMs, toMs }: ListedRange): Generator<Part> {
  const rows = db
    .prepare('SELECT * FROM tidings_applied WHERE merchant_id = ? AND listed_at_ms >= ? AND listed_at_ms < ?')
    .all(merchantId, fromMs, toMs) as Row[];
  for (const row of rows) yield [Number(row.listed_at_ms), groupOf(rowOf(row))];
}

function groupFrom({ transaction_type, status, currency, count, amount, hash }: SliceRow): DigestGroup {
  return {
    transactionType: transaction_type,
    status,
    currency,
    count: Number(count),
    amount: BigInt(amount),
    hash: BigInt(hash),
  };
}
