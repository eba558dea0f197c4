import { type Alert, alertBody, alertIdOf, webhookIdOfAlert } from '../../../core/deliver/alerts/alert.ts';
import { type Callback, callbackOf } from '../../../core/deliver/attempt/callback.ts';
import type { MerchantId, TerminalOutcome } from '../../../core/model.ts';
import { DAY_MS, dayOf, hourOf, isoTime, msOf } from '../../../core/time.ts';
import { ALERT_TYPES, type AlertEvent, type AlertType } from '../../../protocol/alerts.ts';
import { TERMINAL_STATUSES } from '../../../protocol/content/content-rules.ts';
import { TEST_EVENT } from '../../../protocol/event-names.ts';

/** Events that nobody recorded, made by the code that makes callbacks. */

export interface ExampleOf {
  readonly merchantId: string;
  readonly endpointId: string;
  /** ISO time. */
  readonly now: string;
}

/** An outcome of each status. */
export function exampleOutcomes({ merchantId, now }: ExampleOf): readonly TerminalOutcome[] {
  return TERMINAL_STATUSES.map(
    (status) =>
      ({
        merchantId,
        transactionId: 'pay_example',
        reference: 'ORDER-EXAMPLE',
        version: 1,
        transactionType: 'payment',
        status,
        ...(status === 'FAILED' && { reason: { code: 'insufficient_funds', message: 'Insufficient funds' } }),
        amount: 1999,
        currency: 'CNY',
        occurredAt: now,
        recordedAt: now,
        listedAt: now,
        metadata: {},
      }) as unknown as TerminalOutcome,
  );
}

export interface ExampleCallback {
  readonly type: string;
  readonly callback: Callback;
}

export function exampleAlerts(of: ExampleOf): readonly ExampleCallback[] {
  return ALERT_TYPES.map((type) => {
    const alert = alertOf(of, type);
    return { type, callback: { id: webhookIdOfAlert(alert), body: alertBody(alert) } };
  });
}

function alertOf({ merchantId, endpointId, now }: ExampleOf, type: AlertType): Alert {
  const data = alertDataOf({ merchantId, endpointId, now }, type);
  const alertId = alertIdOf({ hour: hourOf(msOf(now)), name: type, subject: endpointId }) as Alert['alertId'];
  return {
    merchantId: merchantId as MerchantId,
    alertId,
    type,
    at: now,
    about: '',
    data: JSON.stringify(data),
  };
}

function alertDataOf({ merchantId, endpointId, now }: ExampleOf, type: AlertType): AlertEvent['data'] {
  switch (type) {
    case 'tidings.endpoint.disabled':
      return { merchantId, endpointId, reason: 'gone' };
    case 'tidings.notification.exhausted': {
      const transactionId = 'pay_example';
      return {
        merchantId,
        endpointId,
        notificationId: `${transactionId}.1.${endpointId}`,
        transactionId,
        version: 1,
      };
    }
    case 'tidings.statement.ready':
      return { merchantId, date: dayOf(isoTime(msOf(now) - DAY_MS)), revision: 288, rows: 1204 };
  }
}

export function exampleTest({ merchantId, endpointId, now }: ExampleOf): ExampleCallback {
  const body = JSON.stringify({ type: TEST_EVENT, timestamp: now, data: { merchantId, endpointId } });
  return { type: TEST_EVENT, callback: { id: 'msg_testExample', body } };
}

export const callbackOfOutcome = (outcome: unknown): Callback => callbackOf(outcome as TerminalOutcome);
