import { createHash } from 'node:crypto';
import type { AwsCall } from '../../aws/aws-client.ts';

interface Shard {
  readonly ShardId: string;
}
interface DynamoRecord {
  readonly dynamodb: { readonly SequenceNumber: string; readonly Keys: Readonly<Record<string, unknown>> };
}
interface Page {
  readonly Records: readonly DynamoRecord[];
  readonly NextShardIterator?: string;
}

/** What an iterator of a split stream stands for. */
interface Position {
  readonly shardId: string;
  /** The emulator's own iterator. */
  readonly inner: string;
}

const CHILDREN = ['a', 'b'] as const;

/**
 * Shows a stream as DynamoDB shows it after its shard was split: the emulator's only shard ends with sequence number
 * `splitAfter`, and two children follow, each with half of the items. The emulator itself never splits a shard.
 */
export function splitStream(call: AwsCall, splitAfter: bigint): AwsCall {
  const splitting = async (operation: string, input: unknown, signal?: AbortSignal): Promise<unknown> => {
    switch (operation) {
      case 'DescribeStream':
        return describe(
          await call<{ StreamDescription: { Shards?: readonly Shard[] } }>(operation, input, signal),
        );
      case 'GetShardIterator': {
        const { ShardId, ...rest } = input as { readonly ShardId: string };
        const wanted = { ...rest, ShardId: ShardId.replace(/-[ab]$/, '') };
        const { ShardIterator: inner } = await call<{ ShardIterator: string }>(operation, wanted, signal);
        return { ShardIterator: encode({ shardId: ShardId, inner }) };
      }
      case 'GetRecords': {
        const { ShardIterator, ...rest } = input as { readonly ShardIterator: string };
        const { shardId, inner } = decode(ShardIterator);
        const page = await call<Page>(operation, { ...rest, ShardIterator: inner }, signal);
        return part(page, shardId, splitAfter);
      }
      default:
        return await call(operation, input, signal);
    }
  };
  return splitting as AwsCall;
}

function describe(answer: { readonly StreamDescription: { readonly Shards?: readonly Shard[] } }) {
  const { StreamDescription } = answer;
  const Shards = (StreamDescription.Shards ?? []).flatMap((shard) => [
    shard,
    ...CHILDREN.map((child) => ({
      ...shard,
      ShardId: `${shard.ShardId}-${child}`,
      ParentShardId: shard.ShardId,
    })),
  ]);
  return { StreamDescription: { ...StreamDescription, Shards } };
}

/** The records of a page that belong to a shard. The parent ends where the split was. */
function part({ Records, NextShardIterator }: Page, shardId: string, splitAfter: bigint): Page {
  const next =
    NextShardIterator === undefined
      ? {}
      : { NextShardIterator: encode({ shardId, inner: NextShardIterator }) };
  const isBeforeSplit = ({ dynamodb }: DynamoRecord) => BigInt(dynamodb.SequenceNumber) <= splitAfter;
  const child = CHILDREN.find((name) => shardId.endsWith(`-${name}`));
  if (child !== undefined) {
    return {
      Records: Records.filter((record) => !isBeforeSplit(record) && childOf(record) === child),
      ...next,
    };
  }
  const last = Records.at(-1);
  const isOver = last !== undefined && BigInt(last.dynamodb.SequenceNumber) >= splitAfter;
  return { Records: Records.filter(isBeforeSplit), ...(!isOver && next) };
}

/** All records of an item are in the same child. The emulator names an item's keys in no fixed order. */
function childOf({ dynamodb }: DynamoRecord): (typeof CHILDREN)[number] {
  const keys = JSON.stringify(Object.entries(dynamodb.Keys).sort());
  const isEven = (createHash('sha256').update(keys).digest()[0] ?? 0) % 2 === 0;
  return isEven ? 'a' : 'b';
}

function encode(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function decode(iterator: string): Position {
  return JSON.parse(Buffer.from(iterator, 'base64url').toString('utf8')) as Position;
}
