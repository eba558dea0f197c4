import { type Alert, type AlertKey, alertKeyOf, isAboutAlert } from '../../../core/deliver/alerts/alert.ts';
import type { AlertStore, Repeat } from '../../../core/deliver/alerts/alert-store.ts';
import { dueNotifications } from '../../../core/deliver/alerts/due-notifications.ts';
import type { Notification } from '../../../core/deliver/state/notification.ts';
import { notificationName } from '../merchants/memory-keys.ts';

const nameOf = ({ merchantId, alertId }: AlertKey) => `${merchantId}#${alertId}`;
const tallyName = ({ merchantId, tally }: Pick<Repeat, 'merchantId' | 'tally'>) =>
  [merchantId, tally.endpointId, tally.type, tally.hour].join('#');

/** The alerts, their notifications, and the noted repeats by the name of their tally. */
interface AlertTable {
  readonly alerts: Map<string, Alert>;
  readonly notifications: Map<string, Notification>;
  readonly repeats: Map<string, Set<string>>;
}

export function memoryAlerts({ alerts, notifications, repeats }: AlertTable): AlertStore {
  const ofAlert = (alert: Alert) =>
    [...notifications.values()]
      .filter((one) => isAboutAlert(one) && nameOf(alertKeyOf(one)) === nameOf(alert))
      .sort((left, right) => (left.endpointId < right.endpointId ? -1 : 1));
  return {
    async put(added) {
      const { alert } = added;
      if (alerts.has(nameOf(alert))) return false;
      alerts.set(nameOf(alert), structuredClone(alert));
      for (const one of dueNotifications(added)) notifications.set(notificationName(one), one);
      return true;
    },
    async read(key) {
      return alerts.get(nameOf(key));
    },
    async setCount(alert, count) {
      const stored = alerts.get(nameOf(alert));
      if (stored === undefined || stored.count !== undefined) return false;
      alerts.set(nameOf(alert), { ...stored, count });
      return true;
    },
    async note(repeat) {
      const noted = repeats.get(tallyName(repeat)) ?? new Set();
      repeats.set(tallyName(repeat), noted.add(repeat.about));
    },
    async noted(of, max) {
      return Math.min(repeats.get(tallyName(of))?.size ?? 0, max + 1);
    },
    async page({ merchantId, before, limit }) {
      return [...alerts.values()]
        .filter((one) => one.merchantId === merchantId && (before === undefined || one.alertId < before))
        .sort((left, right) => (left.alertId < right.alertId ? 1 : -1))
        .slice(0, limit)
        .map((alert) => ({ alert, notifications: ofAlert(alert) }));
    },
  };
}
