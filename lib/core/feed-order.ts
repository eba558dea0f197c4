import * as z from 'zod';
import { type TransactionId, transactionIdSchema, type Version, versionSchema } from './model.ts';

/** Where an outcome stands in its merchant's feed, whatever shard it lies in. */
export interface FeedKey {
  readonly listedAt: string;
  readonly transactionId: TransactionId;
  readonly version: Version;
}

/** Text in the order of the feed: by listing, then by id. The separator sorts before all that ids can hold. */
export function feedOrder({ listedAt, transactionId, version }: FeedKey): string {
  return `${listedAt}#${transactionId}#${version}`;
}

const feedKeySchema = z.object({
  listedAt: z.iso.datetime({ precision: 3 }),
  transactionId: transactionIdSchema,
  version: versionSchema,
});

/** Reads the text back; undefined where it is none. */
export function feedKeyOf(text: string): FeedKey | undefined {
  const [listedAt, transactionId, version, ...rest] = text.split('#');
  const parsed = feedKeySchema.safeParse({ listedAt, transactionId, version: Number(version) });
  return parsed.success && rest.length === 0 ? parsed.data : undefined;
}
