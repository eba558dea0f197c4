/**
 * Alerts to merchants about the service's own work: their types, what their callbacks hold, and which endpoints get them.
 * They share the prefix `tidings.`, so no transaction may have the type `tidings`.
 */

/** The transaction type that initiators may not use. */
export const RESERVED_TRANSACTION_TYPE = 'tidings';
const ALERT_PREFIX = `${RESERVED_TRANSACTION_TYPE}.`;
/** The filter of every alert. */
export const EVERY_ALERT = `${ALERT_PREFIX}*`;

export const ALERT_TYPES = [
  'tidings.endpoint.disabled',
  'tidings.notification.exhausted',
  'tidings.statement.ready',
] as const;
export type AlertType = (typeof ALERT_TYPES)[number];

/** How often something happened in an hour. The first time had an alert of its own. */
export interface AlertSummary {
  /** The hour: inclusive. */
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
  /** How often in that hour, with the first time. */
  readonly count: number;
  /** Whether there were more than `count`. */
  readonly isMore: boolean;
}

/** The service disabled an endpoint: its receiver answered 410 (`gone`), or failed on five days (`failing_for_days`). */
interface EndpointDisabled {
  readonly type: 'tidings.endpoint.disabled';
  readonly data: {
    readonly merchantId: string;
    readonly endpointId: string;
    readonly reason?: string;
    readonly summary?: AlertSummary;
  };
}

/** A notification used up its schedule. */
interface NotificationExhausted {
  readonly type: 'tidings.notification.exhausted';
  readonly data: {
    readonly merchantId: string;
    readonly endpointId: string;
    /** The first notification of the hour. Absent in a summary. */
    readonly notificationId?: string;
    readonly transactionId?: string;
    readonly version?: number;
    readonly summary?: AlertSummary;
  };
}

/** A day's statement can be fetched. */
interface StatementReady {
  readonly type: 'tidings.statement.ready';
  readonly data: {
    readonly merchantId: string;
    readonly date: string;
    readonly revision: number;
    readonly rows: number;
  };
}

/** The content of an alert's callback. `timestamp`: when the service noticed. */
export type AlertEvent = (EndpointDisabled | NotificationExhausted | StatementReady) & {
  readonly timestamp: string;
};

export function isAlertType(type: string): type is AlertType {
  return ALERT_TYPES.some((one) => one === type);
}

/** Whether a filter of an endpoint is about alerts, and not about outcomes. */
export function isAlertFilter(filter: string): boolean {
  return filter.startsWith(ALERT_PREFIX);
}

/**
 * Whether an endpoint with these filters gets alerts of a type. `*` stands for every outcome, and for no alert.
 *
 * @example asksForAlert(['*'], 'tidings.statement.ready') // false
 */
export function asksForAlert(filters: readonly string[], type: AlertType): boolean {
  return filters.some((filter) => filter === EVERY_ALERT || filter === type);
}
