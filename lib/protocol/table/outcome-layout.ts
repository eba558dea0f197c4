import { sha256 } from '../hashes.ts';

/**
 * An outcome as an item of the service's table. The service writes it, and initiators write the same one by their own
 * transactions. Ids were checked before: none can hold a `#`.
 */

export interface ItemKey {
  readonly merchantId: string;
  readonly transactionId: string;
}

/** An outcome with its stamps. */
export interface StampedItem extends ItemKey {
  readonly version: 1 | 2;
  readonly recordedAt: string;
  /** When it entered the feed; absent of PENDING, which is not listed. */
  readonly listedAt?: string;
  readonly reference?: string;
  readonly metadata?: object;
}

/** How the partition keys of all of a merchant's transactions begin. */
export const merchantTransactionsPk = (merchantId: string) => `T#${merchantId}#`;
export const transactionPk = ({ merchantId, transactionId }: ItemKey) =>
  `${merchantTransactionsPk(merchantId)}${transactionId}`;
/** Sort keys of a transaction's outcomes begin with this. */
export const OUTCOMES_PREFIX = 'V#';
export const outcomeSk = (version: 1 | 2) => `${OUTCOMES_PREFIX}${versionDigits(version)}`;
export const feedPk = (merchantId: string, shard: number) => `F#${merchantId}#${shard}`;
export const referencePk = (merchantId: string, reference: string) => `R#${merchantId}#${reference}`;

/** A merchant's profile, of which initiators may read `feedShards`. */
export const merchantPk = (merchantId: string) => `M#${merchantId}`;
export const PROFILE_SK = 'PROFILE';

export function versionDigits(version: number): string {
  return String(version).padStart(4, '0');
}

/** Where a listed outcome stands in its merchant's feed. */
export interface FeedPlace {
  readonly listedAt: string;
  readonly transactionId: string;
  readonly version: number;
}

/** Text in the order of the feed: by listing, then by id. The separator sorts before all that ids can hold. */
export function feedOrder({ listedAt, transactionId, version }: FeedPlace): string {
  return `${listedAt}#${transactionId}#${version}`;
}

/** Spreads a merchant's feed evenly over its shards. */
export function feedShardOf(transactionId: string, feedShards: number): number {
  return sha256(transactionId).readUInt16BE(0) % feedShards;
}

const DAY_SECONDS = 86_400;
/** Days that items outlive the retention, so that no answer within it is half expired. */
const EXPIRY_MARGIN_DAYS = 10;

/** The table's `ttl` attribute, in seconds since 1970. */
export function ttlAfter(fromMs: number, retentionDays: number): number {
  return Math.floor(fromMs / 1000) + (retentionDays + EXPIRY_MARGIN_DAYS) * DAY_SECONDS;
}

export interface ItemOptions {
  readonly feedShard: number;
  readonly retentionDays: number;
}

/** The item. Metadata is kept as JSON text: what the initiator sent comes back unchanged. */
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
      // PENDING has no expiry until its end is known: it may still be waited for.
      ttl: ttlAfter(Date.parse(recordedAt), retentionDays),
    }),
    // The end of a PENDING repeats its reference, so the first version alone is enough in the index.
    ...(reference !== undefined &&
      version === 1 && { referencePk: referencePk(merchantId, reference), referenceSk: transactionId }),
  };
}

/** Fields of an item with its metadata read back. @throws SyntaxError where the metadata is no JSON */
export function fieldsOfItem(item: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { metadata, ...rest } = item;
  return { ...rest, ...(typeof metadata === 'string' && { metadata: JSON.parse(metadata) as unknown }) };
}
