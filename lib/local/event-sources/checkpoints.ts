import type { State } from '../state.ts';

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
