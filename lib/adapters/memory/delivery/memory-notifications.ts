import { isAboutAlert } from '../../../core/deliver/alerts/alert.ts';
import { type ListedKey, listingOrder, type Notification } from '../../../core/deliver/state/notification.ts';
import type { NotificationStore } from '../../../core/deliver/state/notification-store.ts';
import { partitionOf } from '../../../core/partitions.ts';
import { UNDELIVERED_STATES } from '../../../protocol/contract-words.ts';
import { memoryFenced } from '../memory-fenced.ts';
import { notificationName, pageOf } from '../merchants/memory-keys.ts';

const UNDELIVERED: readonly string[] = UNDELIVERED_STATES;

export function memoryNotifications(
  notifications: Map<string, Notification>,
  onWrite?: (notification: Notification) => void,
): NotificationStore {
  return {
    ...memoryFenced(notifications, notificationName, (one) => {
      // The stream shows counts no notifications of alerts.
      if (!isAboutAlert(one)) onWrite?.(one);
    }),
    async undelivered({ merchantId, state, partition, from, to, after, limit, cursor }) {
      const listed = [...notifications.values()]
        .filter((one) => one.merchantId === merchantId && one.state === state)
        .filter((one) => UNDELIVERED.includes(one.state) && !isAboutAlert(one))
        .filter((one) => one.listedAt >= from && one.listedAt < to)
        .filter((one) => after === undefined || listingOrder(one) > listingOrder(after))
        .filter((one) => partitionOf(one.transactionId) === partition);
      const { page, ...rest } = pageOf(listed, { keyOf: listingOrder, limit, cursor });
      return { keys: page.map(keyOf), ...rest };
    },
  };
}

function keyOf({ merchantId, transactionId, version, endpointId, listedAt }: Notification): ListedKey {
  return { merchantId, transactionId, version, endpointId, listedAt };
}
