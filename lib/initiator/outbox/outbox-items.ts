import { isObject } from '../../protocol/json/json-values.ts';
import { fieldsOfItem } from '../../protocol/table/outcome-layout.ts';
import type { TransactionKey } from '../ids.ts';
import { isRecordedOutcome, type RecordedOutcome, type TerminalContent } from '../recorded-outcome.ts';

/** Outcomes as the outbox writes and reads them: the service's own items plus the `commitId`. */

/** A terminal outcome with its stamps, ready to write. */
export interface StampedOutcome extends TransactionKey, TerminalContent {
  readonly version: 1 | 2;
  readonly recordedAt: string;
  readonly listedAt: string;
}

/** Attributes that are read of a recorded version. */
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

/** A recorded version, with the `commitId` of the call that wrote it. */
export interface RecordedVersion {
  readonly outcome: RecordedOutcome;
  readonly notifyUrl?: string;
  readonly commitId?: string;
}

/** @throws SyntaxError or TypeError if the item is not an outcome */
export function recordedVersion(item: Readonly<Record<string, unknown>>): RecordedVersion {
  const { commitId, notifyUrl, ...fields } = fieldsOfItem(item);
  const outcome: unknown = { metadata: {}, ...fields };
  if (!isObject(outcome) || !isRecordedOutcome(outcome)) throw new TypeError('The item is not an outcome.');
  return {
    outcome,
    ...(typeof notifyUrl === 'string' && { notifyUrl }),
    ...(typeof commitId === 'string' && { commitId }),
  };
}
