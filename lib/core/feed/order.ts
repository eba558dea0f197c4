import * as z from 'zod';
import { feedOrder } from '../../protocol/table/outcome-layout.ts';
import type { TransactionId, Version } from '../model.ts';
import { onFirstUse } from '../reading/on-first-use.ts';
import { storedTransactionId, storedVersion } from '../reading/stored.ts';

/** An outcome's position in its merchant's feed, independent of its shard. */
export interface FeedKey {
  readonly listedAt: string;
  readonly transactionId: TransactionId;
  readonly version: Version;
}

const feedKeySchema = onFirstUse(() =>
  z.object({
    listedAt: z.iso.datetime({ precision: 3 }),
    transactionId: storedTransactionId(),
    version: storedVersion(),
  }),
);

/** Parses the text form of a key; undefined if it is not one. */
export function feedKeyOf(text: string): FeedKey | undefined {
  const [listedAt, transactionId, version, ...rest] = text.split('#');
  const parsed = feedKeySchema().safeParse({ listedAt, transactionId, version: Number(version) });
  return parsed.success && rest.length === 0 ? parsed.data : undefined;
}

/** A position in the feed: before all outcomes of a moment, or after one outcome. One position covers all shards. */
export type FeedPosition =
  | { readonly kind: 'time'; readonly at: string }
  | { readonly kind: 'behind'; readonly key: FeedKey };

/** The position as text that sorts in feed order. */
export function positionText(position: FeedPosition): string {
  return position.kind === 'time' ? position.at : feedOrder(position.key);
}

const timeSchema = onFirstUse(() => feedKeySchema().shape.listedAt);

export function positionOf(text: string): FeedPosition | undefined {
  if (timeSchema().safeParse(text).success) return { kind: 'time', at: text };
  const key = feedKeyOf(text);
  return key === undefined ? undefined : { kind: 'behind', key };
}
