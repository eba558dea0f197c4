import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { QueryCommand } from '../../lib/adapters/dynamodb/documents/document-commands.ts';
import { notificationItem } from '../../lib/adapters/dynamodb/items/notification-items.ts';
import { notificationSchema } from '../../lib/core/deliver/state/notification.ts';
import { outcomeSchema, type TransactionId } from '../../lib/core/model.ts';
import { DAY_MS, isoTime } from '../../lib/core/time.ts';
import { outcomeItem, transactionPk } from '../../lib/protocol/table/outcome-layout.ts';
import type { MeteredService } from './cost-service.ts';
import { MERCHANT, paymentOf } from './payment.ts';
import type { OnProgress } from './ways.ts';

/** Notifications in one BatchWriteItem request, with two items each. */
const BATCH = 12;
/** Parallel requests. */
const CONCURRENCY = 4;
/** Long, because the emulator sometimes pauses to flush its writes. */
const TIMEOUT_MS = 60_000;
const RETENTION_DAYS = 90;

/** Stores outcomes of the day before, each with its delivered notification. */
export async function store(
  service: MeteredService,
  { count, onProgress }: { readonly count: number; readonly onProgress: OnProgress },
): Promise<void> {
  const { table } = service.table;
  const client = new DynamoDBClient({ requestHandler: { requestTimeout: TIMEOUT_MS } });
  const documents = DynamoDBDocumentClient.from(client);
  const startMs = service.time.nowMs - DAY_MS;
  let next = 0;
  const writer = async () => {
    while (next < count) {
      const from = next;
      next = Math.min(count, next + BATCH);
      const numbers = Array.from({ length: next - from }, (_, index) => from + index);
      const items = numbers.flatMap((number) =>
        itemsOf(number, isoTime(startMs + Math.floor((number / count) * (DAY_MS / 2)))),
      );
      const puts = items.map((Item) => ({ PutRequest: { Item } }));
      await documents.send(new BatchWriteCommand({ RequestItems: { [table.name]: puts } }));
      onProgress(next / count);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, writer));
  client.destroy();
}

function itemsOf(number: number, listedAt: string): readonly Record<string, unknown>[] {
  const key = { merchantId: MERCHANT, transactionId: `old_${String(number).padStart(16, '0')}`, version: 1 };
  const outcome = outcomeSchema().parse({
    ...key,
    ...paymentOf(number, { reference: false }),
    recordedAt: listedAt,
    listedAt,
  });
  const notification = notificationSchema().parse({
    ...key,
    endpointId: 'ep_old',
    rev: 1,
    state: 'delivered',
    listedAt,
    startedAt: listedAt,
    attemptsMade: 1,
    attempts: [{ number: 1, at: listedAt, durationMs: 46, statusCode: 204 }],
  });
  return [
    outcomeItem(outcome, { feedShard: 0, retentionDays: RETENTION_DAYS }),
    notificationItem(notification, { nowMs: Date.parse(listedAt), retentionDays: RETENTION_DAYS }),
  ];
}

/** Bytes that DynamoDB adds to every item and every index row. */
const OVERHEAD_BYTES = 100;

/** Bytes of a transaction's items and of their index rows. */
export async function keptBytes(service: MeteredService, transactionId: TransactionId): Promise<number> {
  const { table } = service.table;
  const { Items = [] } = await table.documents.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': transactionPk({ merchantId: MERCHANT, transactionId }) },
    }),
  );
  return Items.reduce((sum, item) => {
    const { metadata: _hidden, ...feedRow } = item;
    const keys = ['referencePk', 'referenceSk', 'undeliveredPk', 'undeliveredSk', 'duePk', 'nextAttemptAt'];
    const others = ['referencePk', 'undeliveredPk', 'duePk'].filter((name) => name in item);
    const rows = [
      item,
      ...('feedPk' in item ? [feedRow] : []),
      ...others.map(() => Object.fromEntries(['pk', 'sk', ...keys].map((name) => [name, item[name]]))),
    ];
    return sum + rows.reduce((bytes, row) => bytes + sizeOf(row) + OVERHEAD_BYTES, 0);
  }, 0);
}

/** Counts like DynamoDB: names and texts in UTF-8, two digits of a number per byte, one byte per list element. */
function sizeOf(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + 1 + sizeOf(one), 3);
  return Object.entries(value ?? {}).reduce(
    (sum, [name, one]) => (one === undefined ? sum : sum + Buffer.byteLength(name) + sizeOf(one)),
    0,
  );
}
