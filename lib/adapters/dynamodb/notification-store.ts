import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { NotificationStore } from '../../core/ports.ts';
import { calling } from '../aws-faults.ts';
import type { Table } from './client.ts';
import { notificationSk, transactionPk } from './keys.ts';
import { notificationFromItem, notificationItem } from './notification-items.ts';

export function createNotificationStore(
  table: Table,
  options: { readonly retentionDays: number },
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
        // Invariant (the fence): whoever writes has seen the last write. Every writer raises `rev`, so
        // an unchanged `rev` means an unchanged state; no item counts as 0.
        ConditionExpression: expectedRev === 0 ? 'attribute_not_exists(pk) OR rev = :rev' : 'rev = :rev',
        ExpressionAttributeValues: { ':rev': expectedRev },
      });
      return calling('Saving a notification', async () => {
        try {
          await documents.send(put);
          return true;
        } catch (error) {
          if (error instanceof ConditionalCheckFailedException) return false;
          throw error;
        }
      });
    },
  };
}
