import type { Alert, AlertKey } from '../../../../core/deliver/alerts/alert.ts';
import { dueNotifications } from '../../../../core/deliver/alerts/due-notifications.ts';
import type { RaisingPorts } from '../../../../core/deliver/alerts/raise-alert.ts';
import { calling } from '../../../aws-faults.ts';
import { GetCommand, PutCommand, TransactWriteCommand } from '../../documents/document-commands.ts';
import { alertFromItem, alertTtl, repeatTtl } from '../../items/alert-items.ts';
import { alertsPk, repeatsPk } from '../../items/item-keys.ts';
import { notificationItem } from '../../items/notification-items.ts';
import { type Item, readItem } from '../../reading-rows.ts';
import { conditionalWrite } from '../../table/conditions.ts';
import type { Table } from '../../table/table-client.ts';

/** Invariant: what is there already stays as it is. */
const IF_ABSENT = { ConditionExpression: 'attribute_not_exists(pk)' };

const alertKey = ({ merchantId, alertId }: AlertKey) => ({ pk: alertsPk(merchantId), sk: alertId });

export function alertRow(table: Table, alert: Alert): Record<string, unknown> {
  return { ...alertKey(alert), ...alert, ttl: alertTtl(table.clock.now()) };
}

export function readAlertRow(table: Table, item: Item): Alert {
  return readItem(table, item, { kind: 'an alert', read: alertFromItem });
}

/** What raises alerts. The function that makes statements needs no more. */
export function createAlertPuts(
  table: Table,
  options: { readonly retentionDays: number },
): RaisingPorts['alerts'] {
  const { documents, name: TableName } = table;
  return {
    async put(added) {
      const nowMs = table.clock.now();
      const rows = dueNotifications(added).map((one) => notificationItem(one, { ...options, nowMs }));
      const items = [alertRow(table, added.alert), ...rows];
      const TransactItems = items.map((Item) => ({ Put: { TableName, Item, ...IF_ABSENT } }));
      return calling('Putting an alert', () =>
        conditionalWrite(() => documents.send(new TransactWriteCommand({ TransactItems }))),
      );
    },

    async read(key) {
      const { Item } = await calling('Reading an alert', () =>
        documents.send(new GetCommand({ TableName, Key: alertKey(key), ConsistentRead: true })),
      );
      return Item && readAlertRow(table, Item);
    },

    async note({ merchantId, tally, about }) {
      const Item = { pk: repeatsPk(merchantId, tally), sk: about, ttl: repeatTtl(table.clock.now()) };
      await calling('Noting a repeat', () => documents.send(new PutCommand({ TableName, Item })));
    },
  };
}
