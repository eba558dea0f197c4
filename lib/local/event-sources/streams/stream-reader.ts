import type { AwsCall } from '../../aws/aws-client.ts';
import type { ChangeSignal } from '../../change-signal.ts';
import { LOCAL_REGION } from '../../template/intrinsics.ts';
import {
  openSharedShard,
  READ_MAX,
  type RecordsPage,
  type ShardPlace,
  type SharedShard,
} from './shared-shard.ts';

export interface StreamReaderSetting {
  readonly streams: AwsCall;
  /** The stream's ARN as the DynamoDB in use names it. */
  readonly streamArn: string;
  /** Announces writes to the table. `undefined`: nobody sees them, so the stream is polled more often. */
  readonly changes: ChangeSignal | undefined;
}

export interface Shard {
  readonly ShardId: string;
  readonly ParentShardId?: string;
}

/** Reads a table's stream for all its event sources. */
export interface StreamReader {
  readonly changes: ChangeSignal | undefined;
  shards(): Promise<readonly Shard[]>;
  /**
   * Begins to read a shard.
   * @param position the sequence number behind which to read; `undefined`: from the oldest record
   */
  enter(shardId: string, position: string | undefined): ShardPlace;
  /** @returns the last sequence number of a shard; `undefined`: it has no record */
  endOf(shardId: string, stopping: AbortSignal): Promise<string | undefined>;
}

export function openStreamReader({ streams, streamArn, changes }: StreamReaderSetting): StreamReader {
  const shared = new Map<string, SharedShard>();

  async function iteratorAt(shardId: string, position: string | undefined): Promise<string | undefined> {
    const { ShardIterator } = await streams<{ ShardIterator?: string }>('GetShardIterator', {
      StreamArn: streamArn,
      ShardId: shardId,
      ...(position === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: position }),
    });
    return ShardIterator;
  }

  async function getRecords(ShardIterator: string): Promise<RecordsPage> {
    const page = await streams<RecordsPage>('GetRecords', { ShardIterator, Limit: READ_MAX });
    return { ...page, Records: page.Records.map((record) => ({ ...record, awsRegion: LOCAL_REGION })) };
  }

  return {
    changes,
    shards: async () => {
      const { StreamDescription } = await streams<{
        StreamDescription: { Shards?: readonly Shard[] };
      }>('DescribeStream', { StreamArn: streamArn });
      return StreamDescription.Shards ?? [];
    },
    enter(shardId, position) {
      let shard = shared.get(shardId);
      if (shard === undefined) {
        shard = openSharedShard({
          iteratorAt: (behind) => iteratorAt(shardId, behind),
          getRecords,
          changes: () => changes?.count ?? 0,
        });
        shared.set(shardId, shard);
      }
      return shard.enter(position);
    },
    /**
     * Reads through the shard once. Its EndingSequenceNumber does not help: open shards have none on AWS, and dynoxide compares
     * it as text (9999 instead of 20000).
     */
    async endOf(shardId, stopping) {
      let iterator = await iteratorAt(shardId, undefined);
      let last: string | undefined;
      while (iterator !== undefined) {
        stopping.throwIfAborted();
        const page: RecordsPage = await getRecords(iterator);
        if (page.Records.length === 0) break;
        last = page.Records.at(-1)?.dynamodb.SequenceNumber;
        iterator = page.NextShardIterator;
      }
      return last;
    },
  };
}
