import type { Notification, NotificationKey } from '../../core/notification.ts';
import type { NotificationStore } from '../../core/ports.ts';
import { UNDELIVERED_STATES } from '../../core/redelivery.ts';
import { notificationName, pageOf, partitionOf } from './names.ts';

const UNDELIVERED: readonly string[] = UNDELIVERED_STATES;

export function memoryNotifications(notifications: Map<string, Notification>): NotificationStore {
  return {
    async read(key) {
      return notifications.get(notificationName(key));
    },
    async save(notification, expectedRev) {
      const name = notificationName(notification);
      const standing = notifications.get(name);
      const isFree = expectedRev === 'absent' ? standing === undefined : (standing?.rev ?? 0) === expectedRev;
      if (isFree) notifications.set(name, structuredClone(notification));
      return isFree;
    },
    async due({ partition, before, limit, cursor }) {
      const due = [...notifications.values()]
        .filter(({ nextAttemptAt }) => nextAttemptAt !== undefined && nextAttemptAt <= before)
        .filter((one) => partitionOf(notificationName(one)) === partition);
      const { page, ...rest } = pageOf(due, { keyOf: dueKey, limit, cursor });
      return { keys: page.map(keyOf), ...rest };
    },
    async lease(notification, until) {
      const name = notificationName(notification);
      const standing = notifications.get(name);
      const isUnchanged =
        standing?.rev === notification.rev && standing.nextAttemptAt === notification.nextAttemptAt;
      if (standing === undefined || !isUnchanged || standing.nextAttemptAt === undefined) return false;
      notifications.set(name, { ...standing, nextAttemptAt: until });
      return true;
    },
    async undelivered({ merchantId, state, partition, from, to, limit, cursor }) {
      const listed = [...notifications.values()]
        .filter((one) => one.merchantId === merchantId && one.state === state)
        .filter((one) => UNDELIVERED.includes(one.state))
        .filter((one) => one.listedAt >= from && one.listedAt < to)
        .filter((one) => partitionOf(one.transactionId) === partition);
      const { page, ...rest } = pageOf(listed, { keyOf: listedKey, limit, cursor });
      return { keys: page.map(keyOf), ...rest };
    },
  };
}

function dueKey(notification: Notification): string {
  return `${notification.nextAttemptAt}#${notificationName(notification)}`;
}

function listedKey(notification: Notification): string {
  return `${notification.listedAt}#${notificationName(notification)}`;
}

function keyOf({ merchantId, transactionId, version, endpointId }: Notification): NotificationKey {
  return { merchantId, transactionId, version, endpointId };
}
