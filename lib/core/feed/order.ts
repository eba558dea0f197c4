import * as z from 'zod';
import { feedOrder } from '../../protocol/table/outcome-layout.ts';
import type { TransactionId, Version } from '../model.ts';
import { storedTransactionId, storedVersion } from '../stored.ts';

/** Where an outcome stands in its merchant's feed, whatever shard it lies in. */
export interface FeedKey {
  readonly listedAt: string;
  readonly transactionId: TransactionId;
  readonly version: Version;
}

const feedKeySchema = z.object({
  listedAt: z.iso.datetime({ precision: 3 }),
  transactionId: storedTransactionId,
  version: storedVersion,
});

/** Reads the text back; undefined where it is none. */
export function feedKeyOf(text: string): FeedKey | undefined {
  const [listedAt, transactionId, version, ...rest] = text.split('#');
  const parsed = feedKeySchema.safeParse({ listedAt, transactionId, version: Number(version) });
  return parsed.success && rest.length === 0 ? parsed.data : undefined;
}

/** A place in the feed: before all of a moment, or behind one outcome. One is enough, however many shards there are. */
export type FeedPosition =
  | { readonly kind: 'time'; readonly at: string }
  | { readonly kind: 'behind'; readonly key: FeedKey };

/** Text that sorts as positions do. */
export function positionText(position: FeedPosition): string {
  return position.kind === 'time' ? position.at : feedOrder(position.key);
}

const timeSchema = feedKeySchema.shape.listedAt;

export function positionOf(text: string): FeedPosition | undefined {
  if (timeSchema.safeParse(text).success) return { kind: 'time', at: text };
  const key = feedKeyOf(text);
  return key === undefined ? undefined : { kind: 'behind', key };
}
