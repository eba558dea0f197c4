import type { Check } from '../check-back/check-state.ts';
import type { Notification } from '../deliver/state/notification.ts';
import type { MerchantId, Outcome, TransactionId, TransactionKey, Version } from '../model.ts';

/** A page of the transactions that carry a reference. */
export interface ReferenceQuery {
  readonly merchantId: MerchantId;
  readonly reference: string;
  readonly after?: TransactionId;
  readonly limit: number;
}

export interface ReferenceIds {
  readonly ids: readonly TransactionId[];
  readonly more: boolean;
}

/** Outcomes: written once, never changed. */
export interface OutcomeStore {
  /**
   * Writes unless that version stands already. One try, bounded in time and without retries inside, because
   * the stamp in `outcome` is only good for a moment. Throws a retryable Fault when it cannot tell.
   *
   * @throws Fault `clock_skew` where this machine's clock cannot be trusted with a stamp
   */
  putIfAbsent(outcome: Outcome, feedShard: number): Promise<'written' | 'exists'>;
  /** The same for a PENDING, which is not listed: together with its check, or not at all. */
  prepare(pending: Outcome, check: Check): Promise<'written' | 'exists'>;
  /** The outcome, however lately it was written. */
  read(key: TransactionKey & { readonly version: Version }): Promise<Outcome | undefined>;
  /** Every version of one transaction, oldest first; strongly consistent. */
  versions(key: TransactionKey): Promise<readonly Outcome[]>;
  /** A transaction with everything told of it, in one strongly consistent read. */
  transaction(key: TransactionKey): Promise<{
    readonly outcomes: readonly Outcome[];
    readonly notifications: readonly Notification[];
  }>;
  /** Ids of the transactions that carry `reference`, in their order, after `after`; soon after the write. */
  idsByReference(asked: ReferenceQuery): Promise<ReferenceIds>;
  /**
   * The PENDING of an ended transaction needs no check any more: that is resolved, and both expire a day after the end
   * does. Repeatable.
   */
  settlePending(end: Outcome): Promise<void>;
}
