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
  close(): void;
}

/**
 * Opens `<dataDir>/cloud.sqlite` and keeps it locked until it is closed or the process ends in any way. The operating
 * system holds the lock, so a killed run leaves none behind and no process id has to be checked. Writes reach the
 * operating system at once, so they survive SIGKILL but not a power cut.
 * @throws LocalCloudError `data_dir_in_use` if another cloud has it open
 */
export function openState(dataDir: string): State {
  mkdirSync(dataDir, { recursive: true });
  chmodSync(dataDir, 0o700);
  const path = join(dataDir, 'cloud.sqlite');
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
    addMissingColumns(database);
  } catch (error) {
    database.close();
    if (!/locked|busy/i.test(messageOf(error))) throw error;
    throw new LocalCloudError(
      'data_dir_in_use',
      `Another local cloud is running on ${dataDir}. Stop it, or choose another data directory.`,
      { cause: error },
    );
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
    close: () => database.close(),
  };
}

/** Brings a file of an earlier version to the current schema. */
function addMissingColumns(database: DatabaseSync): void {
  const columns = database.prepare(`SELECT name FROM pragma_table_info('message')`).all();
  if (columns.some(({ name }) => name === 'trace_header')) return;
  database.exec('ALTER TABLE message ADD COLUMN trace_header TEXT');
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
