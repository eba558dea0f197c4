import type { EndpointId, MerchantId } from '../../model.ts';
import type { Notification } from '../state/notification.ts';
import type { Alert, AlertKey, Tally } from './alert.ts';

/** An alert to be put, and who gets it. */
export interface NewAlert {
  readonly alert: Alert;
  /** The endpoints that asked for it. */
  readonly endpointIds: readonly EndpointId[];
  /** When its notifications are due. */
  readonly dueAt: string;
}

/** One repeat of an alert. The same `about` is the same repeat. */
export interface Repeat {
  readonly merchantId: MerchantId;
  readonly tally: Tally;
  readonly about: string;
}

interface AlertPageQuery {
  readonly merchantId: MerchantId;
  /** Only alerts with a smaller id. */
  readonly before?: string;
  readonly limit: number;
}

/** An alert with its notifications. */
export interface ListedAlert {
  readonly alert: Alert;
  readonly notifications: readonly Notification[];
}

/** Alerts. Strongly consistent. The notifications of alerts are in the store of notifications. */
export interface AlertStore {
  /** Puts the alert with a notification for each endpoint, all or none. False: the alert is there already. */
  put(alert: NewAlert): Promise<boolean>;
  read(key: AlertKey): Promise<Alert | undefined>;
  /** Stores the count of a summary, unless it has one. False: it has one. */
  setCount(alert: Alert, count: number): Promise<boolean>;
  /** Notes one repeat. Noting it again changes nothing. */
  note(repeat: Repeat): Promise<void>;
  /** How many different repeats were noted; reads no more than `max` and one. */
  noted(of: Pick<Repeat, 'merchantId' | 'tally'>, max: number): Promise<number>;
  /** A merchant's alerts, the newest hour first. */
  page(query: AlertPageQuery): Promise<readonly ListedAlert[]>;
}
