import * as z from 'zod';
import type { AlertSummary, AlertType } from '../../../protocol/alerts.ts';
import { webhookIdOf } from '../../../protocol/event-names.ts';
import type { MerchantId, TransactionId, Version } from '../../model.ts';
import { onFirstUse, type Parsed } from '../../reading/on-first-use.ts';
import {
  storedAlertId,
  storedEndpointId,
  storedId,
  storedMerchantId,
  storedTime,
  storedWord,
} from '../../reading/stored.ts';
import { HOUR_MS, isoTime } from '../../time.ts';

/** An alert: an immutable item, which is delivered to endpoints like an outcome, and is none. */

/** Begins and separates the parts of an alert's id. No other id contains it. */
const PART = '!';

/** Where repeats of an alert are noted, to be counted in the hour's summary. */
const tallySchema = onFirstUse(() =>
  z.object({
    endpointId: storedEndpointId(),
    type: storedWord<AlertType>(),
    hour: storedTime(),
  }),
);
/** One kind of news about one endpoint in one hour. */
export type Tally = Parsed<typeof tallySchema>;

export const alertSchema = onFirstUse(() =>
  z.object({
    merchantId: storedMerchantId(),
    alertId: storedAlertId(),
    type: storedWord<AlertType>(),
    /** When the service noticed. */
    at: storedTime(),
    /** What it is about: a repetition of the same news, after a process died, is known by it. */
    about: storedId(),
    /** The callback's `data` as JSON text, which stays as it is. */
    data: z.string(),
    /** On a summary: what it counts. */
    tally: tallySchema().exactOptional(),
    /** On a summary, once its first attempt was prepared. Then it never changes. */
    count: z.int().nonnegative().exactOptional(),
  }),
);
export type Alert = Parsed<typeof alertSchema>;

export type AlertKey = Pick<Alert, 'merchantId' | 'alertId'>;

interface AlertIdParts {
  readonly hour: string;
  readonly name: string;
  readonly subject: string;
}

/** An alert's id. The same news about the same subject in the same hour has the same id. Ids sort by hour. */
export function alertIdOf({ hour, name, subject }: AlertIdParts): string {
  return `${PART}${hour}${PART}${name}${PART}${subject}`;
}

/** The tally that an alert about an endpoint was noted in, by its id alone. Other alerts and texts have none. */
export function tallyInAlertId(alertId: string): Tally | undefined {
  const [, hour, type, endpointId] = alertId.split(PART);
  return tallySchema().safeParse({ hour, type, endpointId }).data;
}

/** The part of a notification's key that names an outcome. */
interface Subject {
  readonly merchantId: MerchantId;
  readonly transactionId: TransactionId;
  readonly version: Version;
}

/**
 * An alert in the place of the outcome that a notification is about. So the notifications of alerts
 * have the fence, the lane, the schedule and the sweep of all notifications. Everything that is only for outcomes asks {@link isAboutAlert}.
 */
export function alertSubject({ merchantId, alertId: id }: AlertKey): Subject {
  return { merchantId, transactionId: id as TransactionId, version: 1 };
}

/** Whether a notification is about an alert, and not about an outcome. */
export function isAboutAlert({ transactionId }: { readonly transactionId: string }): boolean {
  return transactionId.startsWith(PART);
}

/** The alert that a notification is about. */
export function alertKeyOf(key: {
  readonly merchantId: MerchantId;
  readonly transactionId: string;
}): AlertKey {
  return { merchantId: key.merchantId, alertId: key.transactionId };
}

/** Most repeats that a summary counts. */
export const MAX_COUNTED = 10_000;

/** The `data` of an alert's callback. */
export function alertData({ data, tally, count }: Alert): Readonly<Record<string, unknown>> {
  const content = JSON.parse(data) as Readonly<Record<string, unknown>>;
  if (tally === undefined) return content;
  const summary: Partial<AlertSummary> = {
    from: tally.hour,
    to: isoTime(Date.parse(tally.hour) + HOUR_MS),
    ...(count !== undefined && { count: Math.min(count, MAX_COUNTED), isMore: count > MAX_COUNTED }),
  };
  return { ...content, summary };
}

/** The `webhook-id`: the same for every attempt and endpoint. */
export function webhookIdOfAlert(key: AlertKey): string {
  return webhookIdOf(alertSubject(key));
}

/** The body of an alert's callback, the same bytes in every attempt. */
export function alertBody(alert: Alert): string {
  return JSON.stringify({ type: alert.type, timestamp: alert.at, data: alertData(alert) });
}
