import type { EndOfTransaction } from '../check-back/check-answer.ts';
import { InitiatorFault } from '../fault.ts';
import { checkKey, type TransactionKey } from '../ids.ts';
import { endText, type Mark, readMark } from './mark.ts';

/**
 * The marks in a table of the database in which the local transaction runs. The statements are those of SQLite and
 * PostgreSQL; placeholders are `?` (where a driver wants `$1`, replace them in order).
 */

/** Makes the table; repeatable. */
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

/** What {@link endOrRollBackSql} needs of a driver, outside of any transaction of yours. */
export interface SqlConnection {
  /** Runs a statement to its commit. */
  run(statement: SqlStatement): unknown;
  /** The first row, with its columns by name; undefined where there is none. */
  first(statement: SqlStatement): SqlRow | undefined | Promise<SqlRow | undefined>;
}
export type SqlRow = Readonly<Record<string, unknown>>;

/**
 * A part of your own transaction: writes "committed". Where a check has written "rolled back" before it, or the
 * transaction is committed already, the primary key makes the statement fail: roll back.
 *
 * @throws InitiatorFault `invalid_id`, `invalid_option`
 */
export function committedMarkSql(key: TransactionKey, end: EndOfTransaction): SqlStatement {
  return {
    // Invariant: of "committed" and "rolled back" only the first that is written stands, and it stays.
    sql: `INSERT INTO tidings_marks (merchant_id, transaction_id, mark, ended) VALUES (?, ?, 'committed', ?)`,
    values: [...valuesOf(key), endText(end)],
  };
}

/** The other of the pair: writes "rolled back" where nothing stands, and changes nothing where something does. */
export function rolledBackMarkSql(key: TransactionKey): SqlStatement {
  return {
    // Invariant: as above; a check may come any number of times, so finding a mark is no failure.
    sql: `INSERT INTO tidings_marks (merchant_id, transaction_id, mark) VALUES (?, ?, 'rolled_back') ON CONFLICT DO NOTHING`,
    values: valuesOf(key),
  };
}

/**
 * What a check may answer: how the local transaction ended, or that it is rolled back, which is made true where
 * nothing stands. Repeatable. Begin to ask only after the local transaction had its time: a check that comes
 * before it ends it.
 *
 * @throws whatever the driver throws: then nothing is known, and nothing may be answered
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
    message: 'A mark stood and is gone: marks must never be deleted while a check may come.',
    retryable: true,
  });
}

function valuesOf(key: TransactionKey): readonly string[] {
  checkKey(key);
  return [key.merchantId, key.transactionId];
}
