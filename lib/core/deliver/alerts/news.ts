import type { AlertEvent, AlertType } from '../../../protocol/alerts.ts';
import type { DisabledReason } from '../../merchants/merchant-config.ts';
import type { EndpointId, MerchantId } from '../../model.ts';
import { HOUR_MS, hourOf, isoTime, MINUTE_MS, msOf } from '../../time.ts';
import { type NotificationKey, notificationIdOf } from '../state/notification.ts';
import { type Alert, alertIdOf, type Tally } from './alert.ts';

/** What merchants are told of, and the alerts made from it. Pure. */
export type News =
  | {
      readonly kind: 'exhausted';
      readonly notification: NotificationKey & { readonly startedAt: string };
    }
  | {
      readonly kind: 'disabled';
      readonly merchantId: MerchantId;
      readonly endpointId: EndpointId;
      readonly reason: DisabledReason;
      /** Since when it was enabled. Tells one disabling from the next. */
      readonly enabledFrom: string;
    }
  | {
      readonly kind: 'statement';
      readonly merchantId: MerchantId;
      readonly date: string;
      /** The end of the day. */
      readonly to: string;
      readonly revision: number;
      readonly rows: number;
    };

const TYPES: Readonly<Record<News['kind'], AlertType>> = {
  exhausted: 'tidings.notification.exhausted',
  disabled: 'tidings.endpoint.disabled',
  statement: 'tidings.statement.ready',
};

export function alertTypeOf({ kind }: Pick<News, 'kind'>): AlertType {
  return TYPES[kind];
}

export function merchantOf(news: News): MerchantId {
  return news.kind === 'exhausted' ? news.notification.merchantId : news.merchantId;
}

/** The endpoint that must not get the alert: a disabled one is not called. */
export function leftOut(news: News): EndpointId | undefined {
  return news.kind === 'disabled' ? news.endpointId : undefined;
}

/** An alert before it is put, and when its notifications are due. */
export interface PreparedAlert {
  readonly alert: Alert;
  readonly dueAt: string;
}

/** A statement's alert is sent by the sweep, once the statement was surely stored after it. */
const STATEMENT_STORED_MS = MINUTE_MS;
/** A summary is made this long after its hour, so that processes with a slow clock have noted their repeats. */
const SUMMARY_AFTER_MS = 5 * MINUTE_MS;

/** The alert for the first time in an hour. */
export function firstAlert(news: News, atMs: number): PreparedAlert {
  const type = alertTypeOf(news);
  const base = { merchantId: merchantOf(news), type, at: isoTime(atMs), about: aboutOf(news) };
  const alert = { ...base, alertId: firstIdOf(news, atMs), data: JSON.stringify(dataOf(news)) };
  return { alert, dueAt: isoTime(news.kind === 'statement' ? atMs + STATEMENT_STORED_MS : atMs) };
}

/** Where repeats within the hour are noted. A statement has none: each revision has an alert of its own. */
export function tallyOf(news: News, atMs: number): Tally | undefined {
  const endpointId = endpointOf(news);
  if (endpointId === undefined) return undefined;
  return { endpointId, type: alertTypeOf(news), hour: hourOf(atMs) };
}

/** The alert that counts an hour's repeats, sent after the hour. */
export function summaryAlert(merchantId: MerchantId, tally: Tally, atMs: number): PreparedAlert {
  const { type, endpointId, hour } = tally;
  const endMs = msOf(hour) + HOUR_MS;
  const alert = {
    merchantId,
    alertId: alertIdOf({ hour: isoTime(endMs), name: `${type}.summary`, subject: endpointId }),
    type,
    at: isoTime(atMs),
    about: hour,
    data: JSON.stringify({ merchantId, endpointId }),
    tally,
  };
  return { alert, dueAt: isoTime(endMs + SUMMARY_AFTER_MS) };
}

/** Names this one event among others of its kind. */
export function aboutOf(news: News): string {
  switch (news.kind) {
    case 'exhausted':
      // After a redelivery it can be exhausted again.
      return `${notificationIdOf(news.notification)}.${news.notification.startedAt}`;
    case 'disabled':
      return news.enabledFrom;
    case 'statement':
      return `${news.date}.${news.revision}`;
  }
}

function endpointOf(news: News): EndpointId | undefined {
  switch (news.kind) {
    case 'exhausted':
      return news.notification.endpointId;
    case 'disabled':
      return news.endpointId;
    case 'statement':
      return undefined;
  }
}

function firstIdOf(news: News, atMs: number): string {
  // A run that died is repeated later, perhaps in another hour. The day and its revision make the id the same.
  const hour = news.kind === 'statement' ? hourOf(msOf(news.to)) : hourOf(atMs);
  return alertIdOf({ hour, name: alertTypeOf(news), subject: endpointOf(news) ?? aboutOf(news) });
}

function dataOf(news: News): AlertEvent['data'] {
  switch (news.kind) {
    case 'exhausted': {
      const { merchantId, endpointId, transactionId, version } = news.notification;
      const notificationId = notificationIdOf(news.notification);
      return { merchantId, endpointId, notificationId, transactionId, version };
    }
    case 'disabled': {
      const { merchantId, endpointId, reason } = news;
      return { merchantId, endpointId, reason };
    }
    case 'statement': {
      const { merchantId, date, revision, rows } = news;
      return { merchantId, date, revision, rows };
    }
  }
}
