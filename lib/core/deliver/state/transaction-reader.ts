import type { Outcome, TransactionKey } from '../../model.ts';
import type { Notification } from './notification.ts';

/** Reads a transaction together with its deliveries. */
export interface TransactionReader {
  /** Reads a transaction's outcomes and notifications in one strongly consistent read. */
  transaction(key: TransactionKey): Promise<{
    readonly outcomes: readonly Outcome[];
    readonly notifications: readonly Notification[];
  }>;
}
