import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LocalCloudError, messageOf } from '../errors.ts';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS queue (
  name TEXT PRIMARY KEY,
  attributes TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS message (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id TEXT NOT NULL,
  queue TEXT NOT NULL,
  body TEXT NOT NULL,
  attributes TEXT NOT NULL,
  group_id TEXT,
  trace_header TEXT,
  sent_at INTEGER NOT NULL,
  visible_at INTEGER NOT NULL,
  receive_count INTEGER NOT NULL,
  first_received_at INTEGER,
  receipt TEXT
) STRICT;

CREATE TABLE IF NOT EXISTS schedule (
  group_name TEXT NOT NULL,
  name TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  definition TEXT NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0,
  failing_since INTEGER,
  PRIMARY KEY (group_name, name)
) STRICT;
CREATE INDEX IF NOT EXISTS schedule_due ON schedule (due_at);

CREATE TABLE IF NOT EXISTS checkpoint (
  mapping TEXT NOT NULL,
  shard TEXT NOT NULL,
  sequence_number TEXT,
  finished INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (mapping, shard)
) STRICT;
`;

/** The state that must survive a SIGKILL: messages, schedules, checkpoints. */
export interface State {
  readonly database: DatabaseSync;
  setting(name: string): string | undefined;
  saveSetting(name: string, value: string): void;
  /** Deletes everything. The file stays, and stays locked. */
  clear(): void;
  close(): void;
}

/**
 * Opens `<dataDir>/cloud.sqlite` and keeps it locked until it is closed or the process ends in any way. The operating
 * system holds the lock, so a killed run leaves none behind and no process id has to be checked. Writes reach the
 * operating system at once, so they survive SIGKILL but not a power cut.
 * @throws LocalCloudError `data_dir_in_use` if another cloud has it open, `data_dir_damaged` if it cannot be read,
 * `data_dir_refused` if another program made it
 */
export function openState(dataDir: string): State {
  mkdirSync(dataDir, { recursive: true });
  chmodSync(dataDir, 0o700);
  const database = new DatabaseSync(join(dataDir, 'cloud.sqlite'));
  try {
    // Locked before anything is read: two that had read would both be refused the lock.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;');
    assertOwn(database, dataDir);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
    addMissingColumns(database);
  } catch (error) {
    database.close();
    throw openingFault(error, dataDir);
  }
  const read = database.prepare('SELECT value FROM setting WHERE name = ?');
  const write = database.prepare('INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)');
  return {
    database,
    setting: (name) => {
      const row = read.get(name);
      return row === undefined ? undefined : String(row.value);
    },
    saveSetting: (name, value) => {
      write.run(name, value);
    },
    clear: () => clear(database),
    close: () => database.close(),
  };
}

/** @throws if the file is damaged, or has tables and none of ours */
function assertOwn(database: DatabaseSync, dataDir: string): void {
  const damage = database.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (damage !== 'ok') throw damaged(dataDir, String(damage));
  const tables = tablesOf(database);
  if (tables.length === 0 || tables.includes('checkpoint')) return;
  throw new LocalCloudError(
    'data_dir_refused',
    `Another program made ${join(dataDir, 'cloud.sqlite')}. Choose another data directory.`,
  );
}

function tablesOf(database: DatabaseSync): readonly string[] {
  const tables = `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`;
  return database
    .prepare(tables)
    .all()
    .map(({ name }) => String(name));
}

/** Also brings the file of any other version to the current schema. */
function clear(database: DatabaseSync): void {
  inTransaction(database, () => {
    for (const table of tablesOf(database)) database.exec(`DROP TABLE "${table}"`);
    database.exec(SCHEMA);
  });
  // Otherwise the file would keep its size, and the content of its pages.
  database.exec('VACUUM');
}

/** SQLite's primary result codes. The next bytes of an error's code say more. */
const SQLITE = { busy: 5, locked: 6, corrupt: 11, notADatabase: 26 };

/** What an error of SQLite says of the directory. */
function openingFault(error: unknown, dataDir: string): unknown {
  const { errcode } = error as { readonly errcode?: number };
  switch (errcode === undefined ? undefined : errcode & 0xff) {
    case SQLITE.busy:
    case SQLITE.locked:
      return new LocalCloudError(
        'data_dir_in_use',
        `Another local cloud is running on ${dataDir}. Stop it, or choose another data directory.`,
        { cause: error },
      );
    case SQLITE.corrupt:
    case SQLITE.notADatabase:
      return damaged(dataDir, messageOf(error), error);
    default:
      return error;
  }
}

function damaged(dataDir: string, what: string, cause?: unknown): LocalCloudError {
  return new LocalCloudError(
    'data_dir_damaged',
    `${join(dataDir, 'cloud.sqlite')} is damaged: ${what}. Delete the directory ${dataDir}, or choose another data directory.`,
    { cause },
  );
}

/** Columns that earlier versions did not have. */
const ADDED_COLUMNS = [
  { table: 'message', column: 'trace_header', type: 'TEXT' },
  { table: 'schedule', column: 'failures', type: 'INTEGER NOT NULL DEFAULT 0' },
  { table: 'schedule', column: 'failing_since', type: 'INTEGER' },
];

/** Brings a file of an earlier version to the current schema. */
function addMissingColumns(database: DatabaseSync): void {
  for (const { table, column, type } of ADDED_COLUMNS) {
    const columns = database.prepare(`SELECT name FROM pragma_table_info('${table}')`).all();
    if (columns.some(({ name }) => name === column)) continue;
    database.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
  }
}

/** Runs several writes in one transaction. Within another transaction, they become part of that one. */
export function inTransaction<Result>(database: DatabaseSync, write: () => Result): Result {
  if (database.isTransaction) return write();
  database.exec('BEGIN');
  try {
    const result = write();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk, for example, has ended the transaction already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
