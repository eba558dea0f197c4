import { alertData, webhookIdOfAlert } from '../deliver/alerts/alert.ts';
import type { AlertStore, ListedAlert } from '../deliver/alerts/alert-store.ts';
import type { Notification } from '../deliver/state/notification.ts';
import type { MerchantId } from '../model.ts';

/** A merchant's alerts with their deliveries, the newest hour first; within an hour by type and endpoint, as their ids sort. */

/** Maximum number of alerts on one page. */
export const MAX_ALERT_PAGE = 50;

export interface AlertListPorts {
  readonly alerts: Pick<AlertStore, 'page'>;
}

interface AlertQuestion {
  readonly merchantId: MerchantId;
  /** The id of the last alert of the previous page. */
  readonly before?: string;
  readonly limit: number;
}

interface AlertPage {
  readonly alerts: readonly ListedAlert[];
  /** Where the next page begins; absent on the last page. */
  readonly next?: string;
}

export async function readAlerts(ports: AlertListPorts, question: AlertQuestion): Promise<AlertPage> {
  // One more than asked for tells whether there is another page.
  const found = await ports.alerts.page({ ...question, limit: question.limit + 1 });
  const alerts = found.slice(0, question.limit);
  const last = alerts.at(-1);
  const hasMore = found.length > question.limit;
  return { alerts, ...(hasMore && last !== undefined && { next: last.alert.alertId }) };
}

/** An alert as the API shows it. */
export function alertView({ alert, notifications }: ListedAlert): object {
  return {
    webhookId: webhookIdOfAlert(alert),
    type: alert.type,
    timestamp: alert.at,
    data: alertData(alert),
    deliveries: notifications.map(deliveryView),
  };
}

/** Shorter than the notification of an outcome: a page of alerts has up to twenty for each. */
function deliveryView(notification: Notification): object {
  const { endpointId, state, blockedReason, attempts, nextAttemptAt } = notification;
  const lastAttempt = attempts.at(-1);
  return {
    endpointId,
    state,
    ...(blockedReason !== undefined && { blockedReason }),
    attempts: lastAttempt?.number ?? 0,
    ...(lastAttempt !== undefined && { lastAttempt }),
    ...(nextAttemptAt !== undefined && { nextAttemptAt }),
  };
}
