import { type ListedKey, listedKeyOf, listingOrder } from '../../../../core/deliver/state/notification.ts';
import type { NotificationStore } from '../../../../core/deliver/state/notification-store.ts';
import type { MerchantId } from '../../../../core/model.ts';
import type { NotificationState } from '../../../../protocol/contract-words.ts';
import {
  INDEXES,
  notificationItemKey,
  notificationKeyOf,
  undeliveredPartitionPk,
  undeliveredSk,
} from '../../items/item-keys.ts';
import { notificationFromItem, notificationItem } from '../../items/notification-items.ts';
import type { Table } from '../../table/table-client.ts';
import { undeliveredPage } from '../../table/undelivered-index.ts';
import { createFencedStore } from './dynamodb-fenced-store.ts';

export function createNotificationStore(
  table: Table,
  options: { readonly retentionDays: number },
): NotificationStore {
  const { retentionDays } = options;
  return {
    ...createFencedStore(table, {
      name: 'a notification',
      keyOf: notificationItemKey,
      toItem: (notification) => notificationItem(notification, { nowMs: table.clock.now(), retentionDays }),
      fromItem: notificationFromItem,
    }),

    async undelivered({ merchantId, state, partition, from, to, after, limit, cursor }) {
      // No character of an id sorts before the separator, so this value falls between the key and the next one.
      const behind = after === undefined ? '' : `${listingOrder(after)}#`;
      return undeliveredPage(table, {
        what: 'Querying undelivered notifications',
        pk: undeliveredPartitionPk(merchantId, partition),
        from: undeliveredSk(state, behind > from ? behind : from),
        // Sort keys continue after the time, so rows of `to` itself sort after this bound.
        to: undeliveredSk(state, to),
        limit,
        cursor,
        read: (row) => {
          const key = listedRow(row, { merchantId, state });
          if (key === undefined) {
            table.reporter.report({ event: 'foreign_row', merchantId, index: INDEXES.undelivered });
          }
          return key;
        },
      });
    },
  };
}

/** Accepts a row of the merchant whose index position matches its primary key. Any other row cannot be trusted. */
function listedRow(
  row: Readonly<Record<string, unknown>>,
  { merchantId, state }: { readonly merchantId: MerchantId; readonly state: NotificationState },
): ListedKey | undefined {
  const key = notificationKeyOf(row);
  const sk = String(row.undeliveredSk);
  const listed = listedKeyOf(merchantId, sk.slice(state.length + 1));
  if (key?.merchantId !== merchantId || listed === undefined) return undefined;
  return undeliveredSk(state, listingOrder({ ...key, listedAt: listed.listedAt })) === sk
    ? listed
    : undefined;
}
