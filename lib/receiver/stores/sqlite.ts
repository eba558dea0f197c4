import { bucketOf } from '../../protocol/row-digest.ts';
import { functionsProblem } from '../../protocol/runtime/option-rules.ts';
import { assertOptions, ReceiverFault } from '../receiver-fault.ts';
import { openSqlite } from './open-sqlite.ts';
import {
  type Acknowledgement,
  type AppliedOutcome,
  appliedOutcome,
  decide,
  type ReceiverStore,
} from './receiver-store.ts';
import { readSlices, rememberInSlice } from './sqlite-digests.ts';
import { keepStatements, MIGRATION, type Row, rowOf, type SqliteDatabase } from './sqlite-tables.ts';
import { assertInTransaction, immediately, withinTransaction } from './sqlite-transaction.ts';

export type { SqliteDatabase } from './sqlite-tables.ts';

/** Rows per page. `rows` reads in pages, because an open reader would block writers. */
const PAGE = 1_000;

/**
 * A store in SQLite, in the same database as your own tables. `onOutcome(outcome, db)` writes through `db`, between
 * BEGIN IMMEDIATE and COMMIT. It must write synchronously, without `await`. Otherwise other statements on the connection
 * would become part of the same transaction.
 *
 * `onOutcome` should let errors of the database pass. After some of them, such as a full disk or RAISE(ROLLBACK), SQLite has
 * rolled back the whole transaction. The store then refuses what `onOutcome` still does through `db`, and applies nothing.
 * It cannot see statements that were prepared elsewhere: prepare them through this `db`.
 *
 * Durability depends on the database settings: keep `PRAGMA synchronous` at FULL, its default. Several processes may
 * share the file. Open it with a `timeout`, so that they wait for each other.
 *
 * The store creates its tables, `tidings_…`, when it is created. They keep every outcome for good, about 200 bytes each.
 * If a row is deleted, reconciliation applies its outcome again.
 *
 * @param database an open database of `node:sqlite` or of a library with the same functions; or the path of a file, which
 * the store opens with `node:sqlite`
 * @example const store = sqliteStore(new DatabaseSync('shop.db', { timeout: 1_000 }));
 * @throws ReceiverFault `invalid_option`, for a path also on a Node without `node:sqlite`
 */
export function sqliteStore(database: string): ReceiverStore<SqliteDatabase>;
export function sqliteStore<Database extends SqliteDatabase>(database: Database): ReceiverStore<Database>;
export function sqliteStore(opened: SqliteDatabase | string): ReceiverStore<SqliteDatabase> {
  const database = databaseOf(opened);
  database.exec(MIGRATION);
  const db = keepStatements(database);
  const tx = withinTransaction(database);
  const read = (merchantId: string, transactionId: string): AppliedOutcome | undefined => {
    const sql = 'SELECT * FROM tidings_applied WHERE merchant_id = ? AND transaction_id = ?';
    const row = db.prepare(sql).get(merchantId, transactionId);
    return row === undefined || row === null ? undefined : rowOf(row as Row);
  };

  return {
    async apply(outcome, effects, options) {
      return immediately(db, () => {
        const next = appliedOutcome(outcome);
        const decision = decide(read(next.merchantId, next.transactionId), next);
        if (decision.kind !== 'apply') return decision;
        insert(db, next);
        rememberInSlice(db, next);
        if (options?.acknowledgeLater === true) {
          db.prepare('INSERT OR REPLACE INTO tidings_unacknowledged VALUES (?, ?, ?)').run(
            next.merchantId,
            next.transactionId,
            next.version,
          );
        }
        assertDone(effects(tx));
        assertInTransaction(database);
        return { kind: 'applied' };
      });
    },

    async find(merchantId, transactionIds) {
      const found = transactionIds.flatMap((id) => read(merchantId, id) ?? []);
      return new Map(found.map((row) => [row.transactionId, row]));
    },

    async digests(range) {
      return readSlices(db, range);
    },

    async *rows({ merchantId, fromMs, toMs, bucket }) {
      const page = db.prepare(
        `SELECT * FROM tidings_applied WHERE merchant_id = ? AND (listed_at_ms, transaction_id) > (?, ?)
         AND listed_at_ms < ? AND (? IS NULL OR bucket = ?) ORDER BY listed_at_ms, transaction_id LIMIT ${PAGE}`,
      );
      let [afterMs, afterId] = [fromMs, ''];
      for (;;) {
        const rows = page.all(merchantId, afterMs, afterId, toMs, bucket ?? null, bucket ?? null) as Row[];
        const found = rows.map(rowOf);
        yield* found;
        const last = found.at(-1);
        if (last === undefined || found.length < PAGE) return;
        [afterMs, afterId] = [last.listedAtMs, last.transactionId];
      }
    },

    async mark(merchantId, name) {
      const sql = 'SELECT value FROM tidings_marks WHERE merchant_id = ? AND name = ?';
      return (db.prepare(sql).get(merchantId, name) as { readonly value: string } | undefined)?.value;
    },

    async setMark(merchantId, name, value) {
      const sql = `INSERT INTO tidings_marks VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value
        WHERE excluded.name <> 'since' OR excluded.value < value`;
      db.prepare(sql).run(merchantId, name, value);
    },

    async unacknowledged(merchantId, limit) {
      const sql = 'SELECT * FROM tidings_unacknowledged WHERE merchant_id = ? LIMIT ?';
      const rows = db.prepare(sql).all(merchantId, limit) as Pick<Row, 'transaction_id' | 'version'>[];
      return rows.map(({ transaction_id, version }) => ({
        transactionId: transaction_id,
        version: Number(version),
      }));
    },

    async acknowledged(merchantId, { transactionId }: Acknowledgement) {
      const sql = 'DELETE FROM tidings_unacknowledged WHERE merchant_id = ? AND transaction_id = ?';
      db.prepare(sql).run(merchantId, transactionId);
    },
  };
}

function insert(db: SqliteDatabase, next: AppliedOutcome): void {
  db.prepare(
    `INSERT INTO tidings_applied (merchant_id, transaction_id, version, transaction_type, status, amount, currency,
       listed_at_ms, bucket, content_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    next.merchantId,
    next.transactionId,
    next.version,
    next.transactionType,
    next.status,
    next.amount,
    next.currency,
    next.listedAtMs,
    bucketOf(next.transactionId),
    next.contentHash,
  );
}

function databaseOf(opened: SqliteDatabase | string): SqliteDatabase {
  if (typeof opened === 'string' && opened.trim() !== '') return openSqlite(opened);
  assertOptions([functionsProblem('The database of sqliteStore', opened, ['exec', 'prepare'])]);
  return opened as SqliteDatabase;
}

/** @throws ReceiverFault `effects_not_synchronous` */
function assertDone(result: unknown): void {
  if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') return;
  // Without a handler, a later rejection of this promise would end the process.
  Promise.resolve(result).catch(() => undefined);
  throw new ReceiverFault(
    'effects_not_synchronous',
    'onOutcome returned a promise. With SQLite it must write through db synchronously, without await.',
  );
}
