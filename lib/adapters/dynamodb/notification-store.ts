import {
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandOutput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { NotificationPage, NotificationStore, Reporter } from '../../core/ports.ts';
import { calling } from '../aws-faults.ts';
import type { Table } from './client.ts';
import { unlessRefused } from './conditions.ts';
import {
  duePartitionPk,
  INDEXES,
  notificationKeyOf,
  notificationSk,
  transactionPk,
  undeliveredPartitionPk,
} from './keys.ts';
import { notificationFromItem, notificationItem } from './notification-items.ts';

export function createNotificationStore(
  table: Table,
  options: { readonly retentionDays: number; readonly reporter?: Reporter },
): NotificationStore {
  const { documents, name: TableName } = table;
  return {
    async read(key) {
      const { Item } = await calling('Reading a notification', () =>
        documents.send(
          new GetCommand({
            TableName,
            Key: { pk: transactionPk(key), sk: notificationSk(key) },
            ConsistentRead: true,
          }),
        ),
      );
      return Item === undefined ? undefined : notificationFromItem(Item);
    },

    async save(notification, expectedRev) {
      const { retentionDays } = options;
      const put = new PutCommand({
        TableName,
        Item: notificationItem(notification, { nowMs: table.clock.now(), retentionDays }),
        ...fence(expectedRev),
      });
      return calling('Saving a notification', () => unlessRefused(() => documents.send(put)));
    },

    async due({ partition, before, limit, cursor }) {
      const answer = await calling('Finding what is due', () =>
        documents.send(
          new QueryCommand({
            TableName,
            IndexName: INDEXES.due,
            KeyConditionExpression: 'duePk = :pk AND nextAttemptAt <= :before',
            ExpressionAttributeValues: { ':pk': duePartitionPk(partition), ':before': before },
            Limit: limit,
            ExclusiveStartKey: startKey(cursor),
          }),
        ),
      );
      return pageOf(answer);
    },

    async lease(notification, until) {
      if (notification.nextAttemptAt === undefined) return false;
      const update = new UpdateCommand({
        TableName,
        Key: { pk: transactionPk(notification), sk: notificationSk(notification) },
        UpdateExpression: 'SET nextAttemptAt = :until',
        // Invariant: nobody attempted it (`rev`) and nobody else leased it (`nextAttemptAt`) since it was read.
        ConditionExpression: 'rev = :rev AND nextAttemptAt = :seen',
        ExpressionAttributeValues: {
          ':until': until,
          ':rev': notification.rev,
          ':seen': notification.nextAttemptAt,
        },
      });
      return calling('Leasing a notification', () => unlessRefused(() => documents.send(update)));
    },

    async undelivered({ merchantId, state, partition, from, to, limit, cursor }) {
      // An empty range is an answer; BETWEEN refuses one that ends before it begins.
      if (from >= to) return { keys: [] };
      const answer = await calling('Finding what was not delivered', () =>
        documents.send(
          new QueryCommand({
            TableName,
            IndexName: INDEXES.undelivered,
            KeyConditionExpression: 'undeliveredPk = :pk AND undeliveredSk BETWEEN :from AND :to',
            ExpressionAttributeValues: {
              ':pk': undeliveredPartitionPk(merchantId, partition),
              ':from': `${state}#${from}`,
              // Rows of `to` itself go on behind the time, so they sort after it.
              ':to': `${state}#${to}`,
            },
            Limit: limit,
            ExclusiveStartKey: startKey(cursor),
          }),
        ),
      );
      const page = pageOf(answer);
      const keys = page.keys.filter((key) => key.merchantId === merchantId);
      for (let foreign = page.keys.length - keys.length; foreign > 0; foreign -= 1) {
        options.reporter?.report({ event: 'foreign_row', merchantId, index: INDEXES.undelivered });
      }
      return { ...page, keys };
    },
  };
}

/** Invariant (the fence): whoever writes has seen the last write; an unchanged `rev` means an unchanged state. */
function fence(expectedRev: number | 'absent') {
  if (expectedRev === 'absent') return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: expectedRev === 0 ? 'attribute_not_exists(pk) OR rev = :rev' : 'rev = :rev',
    ExpressionAttributeValues: { ':rev': expectedRev },
  };
}

function pageOf(answer: QueryCommandOutput): NotificationPage {
  const keys = (answer.Items ?? []).map(notificationKeyOf).filter((key) => key !== undefined);
  const { LastEvaluatedKey } = answer;
  return { keys, ...(LastEvaluatedKey !== undefined && { cursor: JSON.stringify(LastEvaluatedKey) }) };
}

function startKey(cursor: string | undefined): Record<string, unknown> | undefined {
  return cursor === undefined ? undefined : (JSON.parse(cursor) as Record<string, unknown>);
}
