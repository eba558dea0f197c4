import type { LedgerRow } from '../../../ledger/columns.ts';
import { ReconcileFailure } from '../../../ledger/ledger-failure.ts';
import { added, EMPTY_SUM, type Sum, sumOfRow, windowOf } from '../../../ledger/sums.ts';
import { bucketOf, groupOf } from '../../../protocol/row-digest.ts';

/** The rows of differing windows, by window and bucket. On disk, because there may be many. */

type RowName = Pick<LedgerRow, 'transactionId' | 'version'>;

export interface Spool {
  /** @throws ReconcileFailure `duplicate_row` */
  add(row: LedgerRow): void;
  count(startMs: number, bucket?: number): number;
  /** All matching rows: as many as `count` returns. */
  rows(startMs: number, bucket?: number): readonly LedgerRow[];
  sum(startMs: number, bucket?: number): Sum;
  /** The ledger's version of a row in this window. */
  find(startMs: number, row: RowName): LedgerRow | undefined;
  close(): void;
}

/** SQLite's page cache, in KiB. */
const CACHE_KIB = 65_536;
/** Rows per transaction. */
const BATCH = 10_000;

/** Opens a SQLite database without a name: a private temporary file that is deleted when it is closed. */
export function openSpool(windowMs: number): Spool {
  // Only here: the module warns on older versions of Node, and other commands do not need it.
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const db = new DatabaseSync('');
  db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -${CACHE_KIB}`);
  db.exec(`CREATE TABLE rows (
    window INTEGER, bucket INTEGER, transactionId TEXT, version INTEGER, status TEXT, amount INTEGER, currency TEXT,
    transactionType TEXT, listedMs INTEGER, line INTEGER, PRIMARY KEY (window, bucket, transactionId, version)) WITHOUT ROWID`);
  const insert = db.prepare('INSERT OR IGNORE INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const fields = 'transactionId, version, status, amount, currency, transactionType, listedMs, line';
  const selectOne = db.prepare(
    `SELECT ${fields} FROM rows WHERE window = ? AND bucket = ? AND transactionId = ? AND version = ?`,
  );
  // For a whole window or one bucket of it.
  const of = 'FROM rows WHERE window = ?1 AND bucket BETWEEN ?2 AND ?3';
  const select = db.prepare(`SELECT ${fields} ${of} ORDER BY transactionId, version`);
  const counting = db.prepare(`SELECT count(*) AS count ${of}`);
  const span = (startMs: number, bucket: number | undefined) =>
    [startMs, bucket ?? 0, bucket ?? 255] as const;
  let waiting = 0;
  const flush = () => {
    if (waiting > 0) db.exec('COMMIT');
    waiting = 0;
  };
  const find: Spool['find'] = (startMs, { transactionId, version }) =>
    selectOne.get(startMs, bucketOf(transactionId), transactionId, version) as LedgerRow | undefined;

  return {
    find,
    add(row) {
      const { transactionId, version, status, amount, currency, transactionType, listedMs, line } = row;
      if (waiting === 0) db.exec('BEGIN');
      waiting += 1;
      const startMs = windowOf(row, windowMs);
      const bucket = bucketOf(transactionId);
      const values = [transactionId, version, status, amount, currency, transactionType, listedMs, line];
      const { changes } = insert.run(startMs, bucket, ...values);
      if (changes !== 1) throw duplicate(row, find(startMs, row)?.line);
      if (waiting === BATCH) flush();
    },
    count(startMs, bucket) {
      flush();
      return Number((counting.get(...span(startMs, bucket)) as { readonly count: number }).count);
    },
    rows(startMs, bucket) {
      flush();
      return select.all(...span(startMs, bucket)) as unknown as LedgerRow[];
    },
    sum(startMs, bucket) {
      flush();
      let sum = EMPTY_SUM;
      for (const found of select.iterate(...span(startMs, bucket))) {
        const row = found as unknown as LedgerRow;
        sum = added(sum, sumOfRow(row, groupOf(row)));
      }
      return sum;
    },
    close: () => db.close(),
  };
}

function duplicate({ transactionId, version, line }: LedgerRow, first: number | undefined): ReconcileFailure {
  return new ReconcileFailure(
    'duplicate_row',
    `Line ${line} repeats line ${first}: transaction ${transactionId}, version ${version}. A ledger must have each version once: remove one of the lines.`,
  );
}
