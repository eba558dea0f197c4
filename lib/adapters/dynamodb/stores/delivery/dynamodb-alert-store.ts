import {
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Alert, AlertKey } from '../../../../core/deliver/alerts/alert.ts';
import type { AlertStore, ListedAlert } from '../../../../core/deliver/alerts/alert-store.ts';
import { dueNotifications } from '../../../../core/deliver/alerts/due-notifications.ts';
import type { Notification } from '../../../../core/deliver/state/notification.ts';
import { calling } from '../../../aws-faults.ts';
import { alertFromItem, alertTtl, repeatTtl } from '../../items/alert-items.ts';
import { alertsPk, repeatsPk } from '../../items/item-keys.ts';
import { notificationFromItem, notificationItem } from '../../items/notification-items.ts';
import { type Item, readItem } from '../../reading-rows.ts';
import { conditionalWrite } from '../../table/conditions.ts';
import type { Table } from '../../table/table-client.ts';

/** Invariant: what is there already stays as it is. */
const IF_ABSENT = { ConditionExpression: 'attribute_not_exists(pk)' };

export function createAlertStore(table: Table, options: { readonly retentionDays: number }): AlertStore {
  const { documents, name: TableName } = table;
  const keyOf = ({ merchantId, alertId }: AlertKey) => ({ pk: alertsPk(merchantId), sk: alertId });
  const rowOf = (alert: Alert) => ({ ...keyOf(alert), ...alert, ttl: alertTtl(table.clock.now()) });
  const readAlert = (item: Item) => readItem(table, item, { kind: 'an alert', read: alertFromItem });

  return {
    async put(added) {
      const nowMs = table.clock.now();
      const rows = dueNotifications(added).map((one) => notificationItem(one, { ...options, nowMs }));
      const items = [rowOf(added.alert), ...rows];
      const TransactItems = items.map((Item) => ({ Put: { TableName, Item, ...IF_ABSENT } }));
      return calling('Putting an alert', () =>
        conditionalWrite(() => documents.send(new TransactWriteCommand({ TransactItems }))),
      );
    },

    async read(key) {
      const { Item } = await calling('Reading an alert', () =>
        documents.send(new GetCommand({ TableName, Key: keyOf(key), ConsistentRead: true })),
      );
      return Item && readAlert(Item);
    },

    async setCount(alert, count) {
      const put = new PutCommand({
        TableName,
        Item: { ...rowOf(alert), count },
        // Invariant: a count that may have been sent never changes.
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(#count)',
        ExpressionAttributeNames: { '#count': 'count' },
      });
      return calling('Counting for a summary', () => conditionalWrite(() => documents.send(put)));
    },

    async note({ merchantId, tally, about }) {
      const Item = { pk: repeatsPk(merchantId, tally), sk: about, ttl: repeatTtl(table.clock.now()) };
      await calling('Noting a repeat', () => documents.send(new PutCommand({ TableName, Item })));
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
          const alert = readAlert(item);
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
