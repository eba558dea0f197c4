import type { AuditEntry } from '../merchants/audit-log/audit-entry.ts';
import type { MerchantId, Outcome, TransactionId, TransactionKey, Version } from '../model.ts';
import type { Check } from './pending-check.ts';

/** Query for a page of the transactions with a given reference. */
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

/** Store of outcomes. An outcome is written once and never changed. */
export interface OutcomeStore {
  /** Runs `write`, which stamps an outcome and writes it, when the store can take it. A stamp made before would become stale in line. */
  inTurn<Result>(write: () => Promise<Result>): Promise<Result>;
  /**
   * Writes unless that version already exists. Makes one try, bounded in time and without internal retries, because the
   * stamp in `outcome` is valid only for a moment.
   *
   * @param entry of the audit log, written in the same transaction
   * @throws a retryable Fault if it is unknown whether the write succeeded
   * @throws Fault `clock_skew` if this machine's clock cannot be trusted for a stamp
   */
  putIfAbsent(outcome: Outcome, feedShard: number, entry?: AuditEntry): Promise<'written' | 'exists'>;
  /** `putIfAbsent` for a PENDING, which is not listed. Writes it and its check atomically. */
  prepare(pending: Outcome, check: Check): Promise<'written' | 'exists'>;
  /** Reads one outcome. Finds it even if it was written only just now. */
  read(key: TransactionKey & { readonly version: Version }): Promise<Outcome | undefined>;
  /** Reads every version of one transaction, oldest first; strongly consistent. */
  versions(key: TransactionKey): Promise<readonly Outcome[]>;
  /** Ids of the transactions with `reference`, in order, starting after `after`. Eventually consistent. */
  idsByReference(asked: ReferenceQuery): Promise<ReferenceIds>;
  /**
   * Resolves the check of an ended transaction. Its PENDING and the check both expire a day after the end does.
   * Idempotent.
   */
  settlePending(end: Outcome): Promise<void>;
  /** Deletes the PENDING of an erased merchant, and its check. An end that came meanwhile stays. Idempotent. */
  erasePending(key: TransactionKey): Promise<void>;
}
