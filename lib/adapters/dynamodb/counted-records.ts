import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { countedInWrite, expectationInWrite, type StreamedWrite } from '../../core/counts/counted-writes.ts';
import { isUnreadable } from '../../core/faults.ts';
import type { Reporter } from '../../core/runtime/environment.ts';
import { SECOND_MS } from '../../core/time.ts';
import { sha256Hex } from '../../protocol/hashes.ts';
import { expectationFromItem } from './items/expectation-items.ts';
import { EXPECTATION_SK_START } from './items/item-keys.ts';
import { notificationFromItem } from './items/notification-items.ts';
import { type Item, numberOf, readItem } from './reading-rows.ts';

/** Longest sequence number of a stream. Padded to this length, sequence numbers compare as texts like numbers. */
const SEQUENCE_DIGITS = 40;
/** Hex digits of a shard's name. A row has marks of a few dozen shards at most. */
const SHARD_DIGITS = 12;

/**
 * What one write of the table is counted as; undefined if it counts for nothing. A record that cannot be counted, for any reason
 * that lies in the record or in this code, is reported and left out: it would block its shard until the stream drops it.
 */
export function countedIn(
  record: DynamoDBRecord,
  ports: { readonly reporter: Reporter },
): StreamedWrite | undefined {
  const {
    NewImage: image,
    SequenceNumber: sequence,
    ApproximateCreationDateTime: seconds = 0,
  } = record.dynamodb ?? {};
  if (image === undefined || sequence === undefined) return undefined;
  const streamed = { sequence: sequence.padStart(SEQUENCE_DIGITS, '0'), writtenMs: seconds * SECOND_MS };
  const keys = { pk: image.pk?.S, sk: image.sk?.S };
  const { kind, read } = keys.sk?.startsWith(EXPECTATION_SK_START) === true ? EXPECTATION : NOTIFICATION;
  try {
    return readItem(ports, keys, { kind, read: () => read(itemOf(image), streamed) });
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return undefined;
  }
}

type Streamed = Parameters<typeof countedInWrite>[1];

const NOTIFICATION = {
  kind: 'a notification',
  read: (item: Item, streamed: Streamed) => countedInWrite(notificationFromItem(item), streamed),
};
const EXPECTATION = {
  kind: 'an expectation',
  read: (item: Item, streamed: Streamed) => expectationInWrite(expectationFromItem(item), streamed),
};

function itemOf(image: object): Item {
  return unmarshall(image as Record<string, AttributeValue>, { wrapNumbers: numberOf });
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
