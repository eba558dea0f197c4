import { ReceiverFault } from '../receiver-fault.ts';
import type { SqliteDatabase } from './sqlite-tables.ts';

/** Milliseconds that a process waits while another one writes to the same file. */
const LOCK_WAIT_MS = 1_000;

/**
 * Opens a file with the SQLite of Node. It is looked up only here: the store also takes databases of others, on a Node that
 * has none.
 *
 * @throws ReceiverFault `invalid_option` on such a Node, or if the file cannot be opened
 */
export function openSqlite(file: string): SqliteDatabase {
  const sqlite = process.getBuiltinModule?.('node:sqlite');
  if (sqlite === undefined) {
    throw new ReceiverFault(
      'invalid_option',
      `sqliteStore cannot open a file, because this Node ${process.version} has no node:sqlite: use Node 22.16 or newer, or pass an open database of another library.`,
    );
  }
  try {
    return new sqlite.DatabaseSync(file, { timeout: LOCK_WAIT_MS });
  } catch (cause) {
    throw new ReceiverFault(
      'invalid_option',
      `sqliteStore cannot open ${file}: ${(cause as Error).message}.`,
      { cause },
    );
  }
}
