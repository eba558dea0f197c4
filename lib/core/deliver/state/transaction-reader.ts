import type { Outcome, TransactionKey } from '../../model.ts';
import type { Check } from '../../record/pending-check.ts';
import type { Notification } from './notification.ts';

/** Reads a transaction together with its deliveries. */
export interface TransactionReader {
  /** Reads a transaction's outcomes, notifications and check in one strongly consistent read. */
  transaction(key: TransactionKey): Promise<{
    readonly outcomes: readonly Outcome[];
    readonly notifications: readonly Notification[];
    /** How the end of a PENDING is asked for. Absent if there is none, or its row cannot be read (which was reported). */
    readonly check?: Check;
  }>;
}
