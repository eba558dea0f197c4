import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  CLOSED_SK,
  directoryPartitionPk,
  STATED_SK,
} from '../../../lib/adapters/dynamodb/items/item-keys.ts';
import { conditionalWrite } from '../../../lib/adapters/dynamodb/table/conditions.ts';
import { outcomeSchema } from '../../../lib/core/model.ts';
import { partitionOf } from '../../../lib/core/partitions.ts';
import { outcomeItem } from '../../../lib/protocol/table/outcome-layout.ts';
import type { TargetTable } from '../target.ts';
import type { StatementDay } from './days.ts';
import { type Merchant, payment } from './merchant.ts';

const MINUTE_MS = 60_000;
/** Short enough for close to catch up in a few runs. */
const LIVED_MS = 10 * MINUTE_MS;
const RETENTION_DAYS = 90;

/**
 * Makes a new merchant older than the end of a day, with outcomes as they would have been written then, so that nobody
 * waits for a day to end. The merchant gets marks as if it had fallen behind. So the deployed functions close its windows
 * and make its statement, and other merchants notice nothing.
 */
export async function livedThrough(
  { documents, name: TableName }: TargetTable,
  { merchantId }: Merchant,
  { day, outcomes }: { readonly day: StatementDay; readonly outcomes: number },
) {
  const createdAt = new Date(day.endMs - LIVED_MS).toISOString();
  const rows = Array.from({ length: outcomes }, (_, n) => {
    const time = new Date(day.endMs - LIVED_MS / 2 + n * 1_000).toISOString();
    const stamps = { version: 1, recordedAt: time, listedAt: time };
    const outcome = { ...payment({ amount: n }), ...stamps, merchantId, transactionId: `pay_${n}` };
    return { ...outcomeSchema().parse(outcome), listedAt: time };
  });
  for (const row of rows) {
    const Item = outcomeItem(row, { feedShard: 0, retentionDays: RETENTION_DAYS });
    await documents.send(new PutCommand({ TableName, Item }));
  }
  await documents.send(
    new UpdateCommand({
      TableName,
      Key: { pk: `M#${merchantId}`, sk: 'PROFILE' },
      UpdateExpression: 'SET createdAt = :then',
      ExpressionAttributeValues: { ':then': createdAt },
    }),
  );
  await documents.send(
    new UpdateCommand({
      TableName,
      Key: { pk: `D#${partitionOf(merchantId)}`, sk: `M#${merchantId}` },
      UpdateExpression:
        'SET createdAt = :then, closedThrough = :then, statedThrough = :then, closedUntil = :now, statedUntil = :now ' +
        'ADD closedRev :one, statedRev :one',
      ExpressionAttributeValues: { ':then': createdAt, ':now': new Date().toISOString(), ':one': 1 },
    }),
  );
  await noteBehind(
    { documents, name: TableName },
    { partition: partitionOf(merchantId), sinceTime: createdAt },
  );
  return rows;
}

interface Behind {
  readonly partition: number;
  readonly sinceTime: string;
}

/** Says in the marks of the partition that a merchant is behind, as a walk would. A walk that starts later does so itself. */
async function noteBehind({ documents, name }: TargetTable, { partition, sinceTime }: Behind): Promise<void> {
  for (const sk of [CLOSED_SK, STATED_SK]) {
    const note = new UpdateCommand({
      TableName: name,
      Key: { pk: directoryPartitionPk(partition), sk },
      UpdateExpression: 'SET reached = :since',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':since': sinceTime },
    });
    await conditionalWrite(() => documents.send(note));
  }
}
