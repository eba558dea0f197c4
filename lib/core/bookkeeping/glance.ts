import type { Notification, NotificationKey } from '../deliver/state/notification.ts';
import type { Window } from '../feed/window.ts';
import type { MerchantId, Outcome, TransactionKey, Version } from '../model.ts';

export type OutcomeKey = TransactionKey & { readonly version: Version };

export interface WindowKey {
  readonly merchantId: MerchantId;
  readonly start: string;
}

/**
 * Reads many rows in few requests, at half the price of an exact read. Results stand in the order of the keys. A row that
 * was written in the last moments may not be seen. So a row that is seen is there, and a row that is not seen must be read
 * exactly before anything follows from it.
 */
export interface Glance {
  /** Undefined: not seen, or unreadable. */
  outcomes(keys: readonly OutcomeKey[]): Promise<readonly (Outcome | undefined)[]>;
  /** Undefined: not seen, or unreadable. */
  notifications(keys: readonly NotificationKey[]): Promise<readonly (Notification | undefined)[]>;
  /** Undefined: not stored, as far as seen. `unknown`: unreadable, or not answered. Without bucket digests. */
  windows(keys: readonly WindowKey[]): Promise<readonly (Window | 'unknown' | undefined)[]>;
}
