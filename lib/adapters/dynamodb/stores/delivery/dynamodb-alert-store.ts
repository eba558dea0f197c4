import type { AlertStore, ListedAlert } from '../../../../core/deliver/alerts/alert-store.ts';
import type { Notification } from '../../../../core/deliver/state/notification.ts';
import { calling } from '../../../aws-faults.ts';
import { PutCommand, QueryCommand, type QueryCommandInput } from '../../documents/document-commands.ts';
import { alertsPk, repeatsPk } from '../../items/item-keys.ts';
import { notificationFromItem } from '../../items/notification-items.ts';
import { readItem } from '../../reading-rows.ts';
import { conditionalWrite } from '../../table/conditions.ts';
import type { Table } from '../../table/table-client.ts';
import { alertRow, createAlertPuts, readAlertRow } from './dynamodb-alert-puts.ts';

export function createAlertStore(table: Table, options: { readonly retentionDays: number }): AlertStore {
  const { documents, name: TableName } = table;
  return {
    ...createAlertPuts(table, options),

    async setCount(alert, count) {
      const put = new PutCommand({
        TableName,
        Item: { ...alertRow(table, alert), count },
        // Invariant: a count that may have been sent never changes.
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(#count)',
        ExpressionAttributeNames: { '#count': 'count' },
      });
      return calling('Counting for a summary', () => conditionalWrite(() => documents.send(put)));
    },

    async noted({ merchantId, tally }, max) {
      let count = 0;
      for await (const { Count = 0 } of pages(table, {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': repeatsPk(merchantId, tally) },
        Select: 'COUNT',
        Limit: max + 1,
      })) {
        count += Count;
        if (count > max) return max + 1;
      }
      return count;
    },

    async page({ merchantId, before, limit }) {
      const listed: ListedAlert[] = [];
      let notifications: Notification[] = [];
      // Backwards, the notifications of an alert come before it.
      for await (const { Items = [] } of pages(table, {
        KeyConditionExpression: before === undefined ? 'pk = :pk' : 'pk = :pk AND sk < :before',
        ExpressionAttributeValues: {
          ':pk': alertsPk(merchantId),
          ...(before !== undefined && { ':before': before }),
        },
        ScanIndexForward: false,
      })) {
        for (const item of Items) {
          if (String(item.sk).includes('#')) {
            notifications.unshift(
              readItem(table, item, { kind: 'a notification', read: notificationFromItem }),
            );
            continue;
          }
          const alert = readAlertRow(table, item);
          // A notification can outlive its alert.
          const own = notifications.filter(({ transactionId }) => transactionId === alert.alertId);
          listed.push({ alert, notifications: own });
          if (listed.length === limit) return listed;
          notifications = [];
        }
      }
      return listed;
    },
  };
}

/** Strongly consistent pages of one partition. The caller stops when it has enough. */
async function* pages({ documents, name: TableName }: Table, query: Omit<QueryCommandInput, 'TableName'>) {
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const start = ExclusiveStartKey;
    const answer = await calling('Querying alerts', () =>
      documents.send(
        new QueryCommand({ ...query, TableName, ConsistentRead: true, ExclusiveStartKey: start }),
      ),
    );
    yield answer;
    ExclusiveStartKey = answer.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
}
