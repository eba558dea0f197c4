import type { State } from '../storage/state.ts';

/** How far a shard has been read. */
interface Checkpoint {
  /** The last record that was processed; `undefined`: none yet, so reading begins at the oldest. */
  readonly sequenceNumber: string | undefined;
  /** The shard is closed and read to its end. */
  readonly isFinished: boolean;
}

/** The checkpoints of one mapping, by shard. */
export interface Checkpoints {
  read(shardId: string): Checkpoint | undefined;
  save(shardId: string, sequenceNumber: string | undefined): void;
  finish(shardId: string): void;
}

/** A shard of a stream, and the mappings that read the stream. */
export interface ReadShard {
  readonly streamArn: string;
  readonly shardId: string;
  /** The mappings' logical ids. */
  readonly mappings: readonly string[];
}

/**
 * The sequence number that all mappings of a shard have passed.
 * @returns `undefined` if there is no mapping, or if one has not processed a record yet
 */
export function passedByAll({ database }: State, shard: ReadShard): bigint | undefined {
  const select = database.prepare('SELECT sequence_number FROM checkpoint WHERE mapping = ? AND shard = ?');
  let least: bigint | undefined;
  for (const logicalId of shard.mappings) {
    const row = select.get(`${logicalId} ${shard.streamArn}`, shard.shardId);
    if (typeof row?.sequence_number !== 'string') return undefined;
    const passed = BigInt(row.sequence_number);
    if (least === undefined || passed < least) least = passed;
  }
  return least;
}

/** Opens the checkpoints of one mapping on one stream. A new stream has none. */
export function openCheckpoints({ database }: State, logicalId: string, streamArn: string): Checkpoints {
  const mapping = `${logicalId} ${streamArn}`;
  const select = database.prepare(
    'SELECT sequence_number, finished FROM checkpoint WHERE mapping = ? AND shard = ?',
  );
  const upsert = database.prepare(
    `INSERT INTO checkpoint (mapping, shard, sequence_number) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET sequence_number = excluded.sequence_number`,
  );
  const finish = database.prepare(
    `INSERT INTO checkpoint (mapping, shard, finished) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET finished = 1`,
  );
  return {
    read: (shardId) => {
      const row = select.get(mapping, shardId);
      if (row === undefined) return undefined;
      const { sequence_number: sequenceNumber, finished } = row;
      return {
        sequenceNumber: sequenceNumber === null ? undefined : String(sequenceNumber),
        isFinished: finished === 1,
      };
    },
    save: (shardId, sequenceNumber) => {
      upsert.run(mapping, shardId, sequenceNumber ?? null);
    },
    finish: (shardId) => {
      finish.run(mapping, shardId);
    },
  };
}
