import { isObject } from '../../protocol/json/json-values.ts';
import { fieldsOfItem } from '../../protocol/table/outcome-layout.ts';
import type { TransactionKey } from '../ids.ts';
import { isRecordedOutcome, type RecordedOutcome, type TerminalContent } from '../outcome.ts';

/** Outcomes as the outbox writes and reads them: the service's own items, with the `commitId` beside. */

/** A terminal outcome as it is about to be written, stamped. */
export interface StampedOutcome extends TransactionKey, TerminalContent {
  readonly version: 1 | 2;
  readonly recordedAt: string;
  readonly listedAt: string;
}

/** What is read of a version that stands. */
export const READ_ATTRIBUTES = [
  'merchantId',
  'transactionId',
  'version',
  'transactionType',
  'status',
  'amount',
  'currency',
  'occurredAt',
  'recordedAt',
  'listedAt',
  'reference',
  'reason',
  'relatedTransactionId',
  'metadata',
  'notifyUrl',
  'commitId',
] as const;

/** A version that stands, with what tells whose doing it is. */
export interface StandingVersion {
  readonly outcome: RecordedOutcome;
  readonly notifyUrl?: string;
  readonly commitId?: string;
}

/** @throws SyntaxError or TypeError where the item is no outcome */
export function standingVersion(item: Readonly<Record<string, unknown>>): StandingVersion {
  const { commitId, notifyUrl, ...fields } = fieldsOfItem(item);
  const outcome: unknown = { metadata: {}, ...fields };
  if (!isObject(outcome) || !isRecordedOutcome(outcome)) throw new TypeError('The item is no outcome.');
  return {
    outcome,
    ...(typeof notifyUrl === 'string' && { notifyUrl }),
    ...(typeof commitId === 'string' && { commitId }),
  };
}
