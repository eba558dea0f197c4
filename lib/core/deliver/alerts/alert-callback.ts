import type { Callback } from '../attempt/callback.ts';
import { type Alert, type AlertKey, alertBody, MAX_COUNTED, webhookIdOfAlert } from './alert.ts';
import type { AlertStore } from './alert-store.ts';

/** An alert that is ready to send. */
interface OpenAlert {
  readonly callback: Callback;
  readonly at: string;
}

type Alerts = Pick<AlertStore, 'read' | 'noted' | 'setCount'>;

/** Reads an alert for an attempt; undefined if there is none. A summary is counted before its first attempt. */
export async function openAlert(
  ports: { readonly alerts: Alerts },
  key: AlertKey,
): Promise<OpenAlert | undefined> {
  const stored = await ports.alerts.read(key);
  const alert = stored && (await counted(ports.alerts, stored));
  return alert && { callback: { id: webhookIdOfAlert(alert), body: alertBody(alert) }, at: alert.at };
}

/** The count is stored before it is sent, so that every attempt and endpoint gets the same bytes. */
async function counted(alerts: Alerts, alert: Alert): Promise<Alert | undefined> {
  const { merchantId, tally } = alert;
  if (tally === undefined || alert.count !== undefined) return alert;
  const count = await alerts.noted({ merchantId, tally }, MAX_COUNTED);
  if (await alerts.setCount(alert, count)) return { ...alert, count };
  return alerts.read(alert);
}
