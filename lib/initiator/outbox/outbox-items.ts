import { createHash } from 'node:crypto';
import { isObject } from '../../protocol/json/json-values.ts';
import type { MerchantId, TransactionId, TransactionKey } from '../ids.ts';
import { isRecordedOutcome, type RecordedOutcome, type TerminalContent } from '../outcome.ts';

/**
 * The outcome as the service itself would write it, with the `commitId` beside: a test holds both to the same
 * items. Ids were checked before: none can hold a `#`.
 */

/** A terminal outcome as it is about to be written, stamped. */
export interface StampedOutcome extends TransactionKey, TerminalContent {
  readonly version: 1 | 2;
  readonly recordedAt: string;
  readonly listedAt: string;
}

/** Days that items outlive the retention, so that no answer within it is half expired. */
const EXPIRY_MARGIN_DAYS = 10;
const DAY_SECONDS = 86_400;

export const PROFILE_SK = 'PROFILE';
export const merchantPk = (merchantId: MerchantId) => `M#${merchantId}`;
export const transactionPk = ({ merchantId, transactionId }: TransactionKey) =>
  `T#${merchantId}#${transactionId}`;
/** Sort keys of a transaction's versions begin with this. */
export const VERSIONS_PREFIX = 'V#';
export const versionSk = (version: 1 | 2) => `${VERSIONS_PREFIX}000${version}`;

export function outcomeItem(
  outcome: StampedOutcome,
  options: { readonly feedShards: number; readonly retentionDays: number; readonly commitId: string },
): Record<string, unknown> {
  const { metadata, ...rest } = outcome;
  const { merchantId, transactionId, version, listedAt, recordedAt, reference } = outcome;
  const expiresAfterDays = options.retentionDays + EXPIRY_MARGIN_DAYS;
  return {
    pk: transactionPk(outcome),
    sk: versionSk(version),
    ...rest,
    ...(metadata !== undefined && { metadata: JSON.stringify(metadata) }),
    feedPk: `F#${merchantId}#${shardOf(transactionId, options.feedShards)}`,
    feedSk: `${listedAt}#${transactionId}#${version}`,
    ttl: Math.floor(Date.parse(recordedAt) / 1000) + expiresAfterDays * DAY_SECONDS,
    // The end of a PENDING repeats its reference, so the first version alone is enough in the index.
    ...(reference !== undefined &&
      version === 1 && { referencePk: `R#${merchantId}#${reference}`, referenceSk: transactionId }),
    commitId: options.commitId,
  };
}

/** Spreads a merchant's feed evenly over its shards. */
function shardOf(transactionId: TransactionId, feedShards: number): number {
  return createHash('sha256').update(transactionId, 'utf8').digest().readUInt16BE(0) % feedShards;
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
  const { commitId, notifyUrl, metadata, ...rest } = item;
  const outcome: unknown = {
    ...rest,
    metadata: typeof metadata === 'string' ? (JSON.parse(metadata) as unknown) : {},
  };
  if (!isObject(outcome) || !isRecordedOutcome(outcome)) throw new TypeError('The item is no outcome.');
  return {
    outcome,
    ...(typeof notifyUrl === 'string' && { notifyUrl }),
    ...(typeof commitId === 'string' && { commitId }),
  };
}
