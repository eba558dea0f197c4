import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../errors.ts';
import type { Log } from '../logging/log.ts';

/**
 * Keeps dynoxide's stream records small and fast to find, in its own SQLite file. Version 1.2.1 needs help with both:
 *
 * - On each write to a table with a stream it looks for the highest sequence number among all records ever written, without
 *   an index: 0.7 ms a write on an empty table, 17 ms after 22,000 writes. With the index below the time stays the same.
 * - It never deletes a record. DynamoDB deletes stream records after 24 hours.
 */

/** dynoxide asks for MAX(CAST(sequence_number AS INTEGER)) of a table, and reads records in this order. */
const INDEX = `CREATE INDEX IF NOT EXISTS tidings_stream_order
  ON _stream_records (table_name, CAST(sequence_number AS INTEGER))`;

const RETENTION_SECONDS = 24 * 60 * 60;
const TRIM_INTERVAL_MS = 10_000;
/** The interval while there is more to delete than one pass may. The service writes up to 1,000 records a second here. */
const CATCH_UP_INTERVAL_MS = 1_000;
/** Maximum records of a table that one pass looks at and deletes: dynoxide's writes, and our own thread, wait for it. */
const TRIM_BATCH = 2_000;

/** The newest record of each table, found by the index. dynoxide writes to one shard of a table at a time. */
export const NEWEST = `SELECT table_name AS tableName, shard_id AS shardId, CAST(sequence_number AS INTEGER) AS newest
  FROM _stream_records WHERE id IN (
    SELECT (SELECT id FROM _stream_records AS record WHERE record.table_name = _tables.table_name
             ORDER BY CAST(sequence_number AS INTEGER) DESC LIMIT 1)
      FROM _tables)`;

/** Of the oldest records, those that were passed or are too old. Behind them there is none: both follow the order of the records. */
export const TRIM = `DELETE FROM _stream_records WHERE id IN (
  SELECT id FROM (
    SELECT id, shard_id, created_at, CAST(sequence_number AS INTEGER) AS number FROM _stream_records
     WHERE table_name = ? AND CAST(sequence_number AS INTEGER) < ?
     ORDER BY CAST(sequence_number AS INTEGER) LIMIT ${TRIM_BATCH})
   WHERE (shard_id = ? AND number <= ?) OR created_at < ?)`;

/** SQLite's result code when another connection is writing. */
const SQLITE_BUSY = 5;

/** A shard of a table's stream. */
interface StreamShard {
  readonly tableName: string;
  readonly shardId: string;
}

export interface TrimSetting {
  readonly databasePath: string;
  /** The sequence number that all readers of a shard have passed; `undefined`: a reader has not started. */
  readonly passedByAll: (shard: StreamShard) => bigint | undefined;
  readonly log: Log;
}

/** Adds the index to the file. dynoxide notices the new schema by itself. */
export function indexStreamRecords(databasePath: string): void {
  const database = open(databasePath, 5_000);
  try {
    database.exec(INDEX);
  } finally {
    database.close();
  }
}

/**
 * Deletes stream records that every reader has passed, and those older than 24 hours. The newest record of a table stays:
 * dynoxide counts on from it, and a sequence number must not be used twice.
 * @returns the number of deleted records
 */
export function trimStreamRecords({ databasePath, passedByAll }: TrimSetting): number {
  const database = open(databasePath, 0);
  try {
    const shards = database.prepare(NEWEST);
    shards.setReadBigInts(true);
    const remove = database.prepare(TRIM);
    const oldest = Math.floor(Date.now() / 1000) - RETENTION_SECONDS;
    let deleted = 0;
    for (const row of shards.all() as unknown as readonly (StreamShard & { readonly newest: bigint })[]) {
      const { tableName, shardId, newest } = row;
      const passed = passedByAll(row) ?? 0n;
      deleted += Number(remove.run(tableName, newest, shardId, passed, oldest).changes);
    }
    return deleted;
  } finally {
    database.close();
  }
}

/** Trims from time to time until it is stopped. A pass that meets a busy database does nothing; the next one makes up for it. */
export function startTrimming(setting: TrimSetting): { stop(): void } {
  let timer: NodeJS.Timeout;
  const arm = (milliseconds: number) => {
    timer = setTimeout(pass, milliseconds).unref();
  };
  function pass(): void {
    let deleted = 0;
    try {
      deleted = trimStreamRecords(setting);
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) {
        setting.log({
          source: 'dynamodb',
          stream: 'event',
          line: `trimming the stream failed: ${messageOf(error)}`,
        });
      }
    }
    arm(deleted < TRIM_BATCH ? TRIM_INTERVAL_MS : CATCH_UP_INTERVAL_MS);
  }
  arm(TRIM_INTERVAL_MS);
  return { stop: () => clearTimeout(timer) };
}

function open(databasePath: string, busyTimeoutMs: number): DatabaseSync {
  return new DatabaseSync(databasePath, { timeout: busyTimeoutMs });
}
