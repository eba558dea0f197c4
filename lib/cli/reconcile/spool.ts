import { DatabaseSync } from 'node:sqlite';
import { bucketOf, groupOf } from '../../receiver/digest.ts';
import type { LedgerRow } from './columns.ts';
import { ReconcileFailure } from './failure.ts';
import { added, NOTHING, type Sum, windowOf } from './sums.ts';

/** The rows of the windows that differ, parted by window and bucket: on disk, since there may be many. */

/** As it is kept: what a claim and a message need. */
export interface SpooledRow {
  readonly transactionId: string;
  readonly version: number;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  readonly line: number;
}

export interface Spool {
  /** @throws ReconcileFailure `duplicate_row` */
  add(row: LedgerRow): void;
  count(startMs: number, bucket?: number): number;
  /** All of them, which are as many as `count` says. */
  rows(startMs: number, bucket?: number): readonly SpooledRow[];
  sum(startMs: number, bucket?: number): Sum;
  /** On which line the ledger has it, in this window. */
  lineOf(startMs: number, row: Pick<LedgerRow, 'transactionId' | 'version'>): number | undefined;
  close(): void;
}

/** Pages of the database in memory, in KiB. */
const CACHE_KIB = 65_536;
/** Rows that are written together. */
const BATCH = 10_000;

/** A database without a name is a file that nobody else sees, and that is gone with the process. */
export function openSpool(windowMs: number): Spool {
  const db = new DatabaseSync('');
  db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -${CACHE_KIB}`);
  db.exec(`CREATE TABLE rows (
    window INTEGER, bucket INTEGER, transactionId TEXT, version INTEGER, status TEXT, amount INTEGER, currency TEXT,
    line INTEGER, PRIMARY KEY (window, bucket, transactionId, version)) WITHOUT ROWID`);
  const insert = db.prepare('INSERT OR IGNORE INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const find = db.prepare(
    'SELECT line FROM rows WHERE window = ? AND bucket = ? AND transactionId = ? AND version = ?',
  );
  // Of a whole window, or of one bucket of it.
  const of = 'FROM rows WHERE window = ?1 AND bucket BETWEEN ?2 AND ?3';
  const select = db.prepare(
    `SELECT transactionId, version, status, amount, currency, line ${of} ORDER BY transactionId, version`,
  );
  const counting = db.prepare(`SELECT count(*) AS count ${of}`);
  const span = (startMs: number, bucket: number | undefined) =>
    [startMs, bucket ?? 0, bucket ?? 255] as const;
  let waiting = 0;
  const flush = () => {
    if (waiting > 0) db.exec('COMMIT');
    waiting = 0;
  };
  const lineOf: Spool['lineOf'] = (startMs, { transactionId, version }) => {
    const found = find.get(startMs, bucketOf(transactionId), transactionId, version);
    return (found as { readonly line: number } | undefined)?.line;
  };

  return {
    lineOf,
    add(row) {
      const { transactionId, version, status, amount, currency, line } = row;
      if (waiting === 0) db.exec('BEGIN');
      waiting += 1;
      const startMs = windowOf(row, windowMs);
      const bucket = bucketOf(transactionId);
      const { changes } = insert.run(startMs, bucket, transactionId, version, status, amount, currency, line);
      if (changes !== 1) throw duplicate(row, lineOf(startMs, row));
      if (waiting === BATCH) flush();
    },
    count(startMs, bucket) {
      flush();
      return Number((counting.get(...span(startMs, bucket)) as { readonly count: number }).count);
    },
    rows(startMs, bucket) {
      flush();
      return select.all(...span(startMs, bucket)) as unknown as SpooledRow[];
    },
    sum(startMs, bucket) {
      flush();
      let sum = NOTHING;
      for (const row of select.iterate(...span(startMs, bucket))) {
        // The hash is of the row; its type is not part of it.
        sum = added(sum, groupOf({ ...(row as unknown as SpooledRow), transactionType: '' }));
      }
      return sum;
    },
    close: () => db.close(),
  };
}

function duplicate({ transactionId, version, line }: LedgerRow, first: number | undefined): ReconcileFailure {
  return new ReconcileFailure(
    'duplicate_row',
    `Line ${line} repeats line ${first}: transaction ${transactionId}, version ${version}. A ledger has each once.`,
  );
}
