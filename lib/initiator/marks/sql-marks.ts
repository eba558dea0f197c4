import type { EndOfTransaction } from '../check-back/end-of-transaction.ts';
import { InitiatorFault } from '../fault.ts';
import { checkKey, type TransactionKey } from '../ids.ts';
import { endText, type Mark, readMark } from './mark.ts';

/**
 * Marks in a table of the database in which the local transaction runs. The statements work in SQLite and PostgreSQL.
 * Parameters are written `?`. If a driver needs `$1`, number them in order.
 */

/** Creates the table of marks; safe to repeat. */
export const CREATE_MARKS_TABLE = `CREATE TABLE IF NOT EXISTS tidings_marks (
  merchant_id TEXT NOT NULL,
  transaction_id TEXT NOT NULL,
  mark TEXT NOT NULL CHECK (mark IN ('committed', 'rolled_back')),
  ended TEXT,
  PRIMARY KEY (merchant_id, transaction_id)
)`;

export interface SqlStatement {
  readonly sql: string;
  readonly values: readonly string[];
}

/** The driver functions that {@link endOrRollBackSql} needs. They must run outside of your own transactions. */
export interface SqlConnection {
  /** Runs a statement and commits it. */
  run(statement: SqlStatement): unknown;
  /** The first row, with its columns by name; undefined if there is no row. */
  first(statement: SqlStatement): SqlRow | undefined | Promise<SqlRow | undefined>;
}
export type SqlRow = Readonly<Record<string, unknown>>;

/**
 * A statement for your own transaction that writes "committed". If a check has already written "rolled back", or the
 * transaction is already committed, the primary key makes the statement fail. Then roll back.
 *
 * @throws InitiatorFault `invalid_id`, `invalid_option`
 */
export function committedMarkSql(key: TransactionKey, end: EndOfTransaction): SqlStatement {
  return {
    // Invariant: the first mark that is written, "committed" or "rolled back", is final.
    sql: `INSERT INTO tidings_marks (merchant_id, transaction_id, mark, ended) VALUES (?, ?, 'committed', ?)`,
    values: [...valuesOf(key), endText(end)],
  };
}

/** A statement that writes "rolled back" if there is no mark yet, and otherwise changes nothing. */
export function rolledBackMarkSql(key: TransactionKey): SqlStatement {
  return {
    // Invariant: as above. A check may be repeated any number of times, so an existing mark is not an error.
    sql: `INSERT INTO tidings_marks (merchant_id, transaction_id, mark) VALUES (?, ?, 'rolled_back') ON CONFLICT DO NOTHING`,
    values: valuesOf(key),
  };
}

/**
 * Returns the answer to a check: how the local transaction ended, or that it is rolled back. If there is no mark yet, it
 * writes "rolled back". Safe to repeat. Call it only after the local transaction had enough time to finish: an earlier
 * check rolls the transaction back.
 *
 * @throws any error of the driver. Then the result is unknown, and the check must not be answered.
 */
export async function endOrRollBackSql(connection: SqlConnection, key: TransactionKey): Promise<Mark> {
  await connection.run(rolledBackMarkSql(key));
  const row = await connection.first({
    sql: 'SELECT mark, ended FROM tidings_marks WHERE merchant_id = ? AND transaction_id = ?',
    values: valuesOf(key),
  });
  if (row !== undefined) return readMark(row.mark, row.ended);
  throw new InitiatorFault({
    code: 'unavailable',
    message: 'The mark was deleted between two requests. Keep marks as long as a check may arrive.',
    retryable: true,
  });
}

function valuesOf(key: TransactionKey): readonly string[] {
  checkKey(key);
  return [key.merchantId, key.transactionId];
}
