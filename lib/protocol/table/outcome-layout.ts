import { sha256 } from '../hashes.ts';

/**
 * The layout of an outcome in the service's table. The service writes it, and initiators write the same layout in their
 * own transactions. Ids must be validated before: none may contain `#`.
 */

export interface ItemKey {
  readonly merchantId: string;
  readonly transactionId: string;
}

/** An outcome with its version and stamps. */
export interface StampedItem extends ItemKey {
  readonly version: 1 | 2;
  readonly recordedAt: string;
  /** When the outcome entered the feed; absent for PENDING, which is not listed. */
  readonly listedAt?: string;
  readonly reference?: string;
  readonly metadata?: object;
}

/** Prefix of the partition keys of a merchant's transactions. */
export const merchantTransactionsPk = (merchantId: string) => `T#${merchantId}#`;
export const transactionPk = ({ merchantId, transactionId }: ItemKey) =>
  `${merchantTransactionsPk(merchantId)}${transactionId}`;
/** Prefix of the sort keys of a transaction's outcomes. */
export const OUTCOMES_PREFIX = 'V#';
export const outcomeSk = (version: 1 | 2) => `${OUTCOMES_PREFIX}${versionDigits(version)}`;
export const feedPk = (merchantId: string, shard: number) => `F#${merchantId}#${shard}`;
export const referencePk = (merchantId: string, reference: string) => `R#${merchantId}#${reference}`;

/** Partition key of a merchant's profile. Initiators may read its `feedShards`. */
export const merchantPk = (merchantId: string) => `M#${merchantId}`;
export const PROFILE_SK = 'PROFILE';
/** The `feedShards` in the place of the profile of an erased merchant, where nothing can be recorded. */
export const ERASED_FEED_SHARDS = 0;

export function versionDigits(version: number): string {
  return String(version).padStart(4, '0');
}

/** Position of a listed outcome in its merchant's feed. */
export interface FeedPlace {
  readonly listedAt: string;
  readonly transactionId: string;
  readonly version: number;
}

/** Sort key in feed order: by listing time, then by id. The separator sorts before every character of an id. */
export function feedOrder({ listedAt, transactionId, version }: FeedPlace): string {
  return `${listedAt}#${transactionId}#${version}`;
}

/** Spreads a merchant's feed evenly over its shards. */
export function feedShardOf(transactionId: string, feedShards: number): number {
  return sha256(transactionId).readUInt16BE(0) % feedShards;
}

const DAY_SECONDS = 86_400;
/** Days that items are kept beyond the retention, so that no answer within the retention is partly expired. */
const EXPIRY_MARGIN_DAYS = 10;

/** The table's `ttl` attribute, in seconds since 1970. */
export function ttlAfter(fromMs: number, retentionDays: number): number {
  return Math.floor(fromMs / 1000) + (retentionDays + EXPIRY_MARGIN_DAYS) * DAY_SECONDS;
}

export interface ItemOptions {
  readonly feedShard: number;
  readonly retentionDays: number;
}

/** Builds the item of an outcome. Metadata is stored as JSON text, so that it comes back unchanged. */
export function outcomeItem(
  outcome: StampedItem,
  { feedShard, retentionDays }: ItemOptions,
): Record<string, unknown> {
  const { metadata, ...rest } = outcome;
  const { merchantId, transactionId, version, listedAt, recordedAt, reference } = outcome;
  return {
    pk: transactionPk(outcome),
    sk: outcomeSk(version),
    ...rest,
    ...(metadata !== undefined && { metadata: JSON.stringify(metadata) }),
    ...(listedAt !== undefined && {
      feedPk: feedPk(merchantId, feedShard),
      feedSk: feedOrder({ listedAt, transactionId, version }),
      // A PENDING does not expire before its terminal outcome is known, because someone may still wait for it.
      ttl: ttlAfter(Date.parse(recordedAt), retentionDays),
    }),
    // A terminal outcome repeats the reference of its PENDING, so only the first version is needed in the index.
    ...(reference !== undefined &&
      version === 1 && { referencePk: referencePk(merchantId, reference), referenceSk: transactionId }),
  };
}

/** The fields of an item, with parsed metadata. @throws SyntaxError if the metadata is not JSON */
export function fieldsOfItem(item: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { metadata, ...rest } = item;
  return { ...rest, ...(typeof metadata === 'string' && { metadata: JSON.parse(metadata) as unknown }) };
}
