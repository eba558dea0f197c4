import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { NotificationStore } from '../../core/ports.ts';
import { calling } from '../aws-faults.ts';
import type { Table } from './client.ts';
import { createFencedStore } from './fenced-store.ts';
import { pageOf, startKey } from './index-pages.ts';
import { INDEXES, notificationKeyOf, notificationSk, transactionPk, undeliveredPartitionPk } from './keys.ts';
import { notificationFromItem, notificationItem } from './notification-items.ts';

export function createNotificationStore(
  table: Table,
  options: { readonly retentionDays: number },
): NotificationStore {
  const { documents, name: TableName } = table;
  const { retentionDays } = options;
  return {
    ...createFencedStore(table, {
      name: 'a notification',
      keyOf: (key) => ({ pk: transactionPk(key), sk: notificationSk(key) }),
      toItem: (notification) => notificationItem(notification, { nowMs: table.clock.now(), retentionDays }),
      fromItem: notificationFromItem,
    }),

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
      const page = pageOf(answer, notificationKeyOf);
      const keys = page.keys.filter((key) => key.merchantId === merchantId);
      for (let foreign = page.keys.length - keys.length; foreign > 0; foreign -= 1) {
        table.reporter.report({ event: 'foreign_row', merchantId, index: INDEXES.undelivered });
      }
      return { ...page, keys };
    },
  };
}
