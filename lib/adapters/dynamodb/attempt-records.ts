import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { attemptOfWrite, type StreamedAttempt } from '../../core/counts/count-attempts.ts';
import type { Reporter } from '../../core/runtime/environment.ts';
import { sha256Hex } from '../../protocol/hashes.ts';
import { notificationFromItem } from './items/notification-items.ts';
import { numberOf, readItem } from './reading-rows.ts';

/** Longest sequence number of a stream. Padded to this length, sequence numbers compare as texts like numbers. */
const SEQUENCE_DIGITS = 40;
/** Hex digits of a shard's name. A row has marks of a few dozen shards at most. */
const SHARD_DIGITS = 12;

/**
 * The attempt that one write of a notification stored; undefined if the write stored none. A row that cannot be read is
 * reported and not counted: it would block its shard until the stream drops it.
 */
export function attemptIn(
  record: DynamoDBRecord,
  ports: { readonly reporter: Reporter },
): StreamedAttempt | undefined {
  const image = record.dynamodb?.NewImage;
  const sequence = record.dynamodb?.SequenceNumber;
  if (image === undefined || sequence === undefined) return undefined;
  const notification = readNotification(image as Record<string, AttributeValue>, ports);
  return notification && attemptOfWrite(notification, sequence.padStart(SEQUENCE_DIGITS, '0'));
}

function readNotification(image: Record<string, AttributeValue>, ports: { readonly reporter: Reporter }) {
  try {
    const item = unmarshall(image, { wrapNumbers: numberOf });
    return readItem(ports, item, { kind: 'a notification', read: notificationFromItem });
  } catch {
    return undefined;
  }
}

/** A batch of a stream with a tumbling window. Only then does Lambda name the shard. */
export interface ShardBatch {
  readonly Records: readonly DynamoDBRecord[];
  readonly shardId?: string;
}

/**
 * A short name of the batch's shard, different for each stream: a restored table has a stream of its own. An emulator that
 * knows no windows has one shard.
 */
export function shardOf({ Records, shardId = '' }: ShardBatch): string {
  return sha256Hex(`${Records[0]?.eventSourceARN ?? ''}\n${shardId}`).slice(0, SHARD_DIGITS);
}
