import type { AppliedOutcome } from './receiver-store.ts';

/** The part of a database that the store uses. `DatabaseSync` of `node:sqlite` satisfies it. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
}

interface SqliteStatement {
  run(...parameters: SqliteValue[]): unknown;
  get(...parameters: SqliteValue[]): unknown;
  all(...parameters: SqliteValue[]): unknown[];
}

type SqliteValue = string | number | null;

/** `bigint` if the database was opened with `readBigInts`. The store's integers are all safe as numbers. */
export type SqliteInteger = number | bigint;

/** Prepares each statement once and reuses it. There are few statements, and each outcome needs most of them. */
export function keepStatements(db: SqliteDatabase): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    exec: (sql) => db.exec(sql),
    prepare(sql) {
      const statement = statements.get(sql) ?? db.prepare(sql);
      statements.set(sql, statement);
      return statement;
    },
  };
}

export const MIGRATION = `
  CREATE TABLE IF NOT EXISTS tidings_applied (
    merchant_id TEXT NOT NULL, transaction_id TEXT NOT NULL, version INTEGER NOT NULL,
    transaction_type TEXT NOT NULL, status TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    listed_at_ms INTEGER NOT NULL, bucket INTEGER NOT NULL, content_hash TEXT NOT NULL,
    PRIMARY KEY (merchant_id, transaction_id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS tidings_applied_listed ON tidings_applied (merchant_id, listed_at_ms, transaction_id);
  CREATE TABLE IF NOT EXISTS tidings_slices (
    merchant_id TEXT NOT NULL, start_ms INTEGER NOT NULL, transaction_type TEXT NOT NULL, status TEXT NOT NULL,
    currency TEXT NOT NULL, count INTEGER NOT NULL, amount TEXT NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (merchant_id, start_ms, transaction_type, status, currency)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS tidings_marks (
    merchant_id TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (merchant_id, name)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS tidings_unacknowledged (
    merchant_id TEXT NOT NULL, transaction_id TEXT NOT NULL, version INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, transaction_id)
  ) WITHOUT ROWID;`;

/** A row of `tidings_applied`. */
export interface Row {
  readonly merchant_id: string;
  readonly transaction_id: string;
  readonly version: SqliteInteger;
  readonly transaction_type: string;
  readonly status: string;
  readonly amount: SqliteInteger;
  readonly currency: string;
  readonly listed_at_ms: SqliteInteger;
  readonly content_hash: string;
}

export function rowOf(row: Row): AppliedOutcome {
  return {
    merchantId: row.merchant_id,
    transactionId: row.transaction_id,
    version: Number(row.version),
    transactionType: row.transaction_type,
    status: row.status,
    amount: Number(row.amount),
    currency: row.currency,
    listedAtMs: Number(row.listed_at_ms),
    contentHash: row.content_hash,
  };
}
