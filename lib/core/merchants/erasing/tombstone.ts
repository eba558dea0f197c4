import * as z from 'zod';
import { onFirstUse, type Parsed } from '../../reading/on-first-use.ts';
import { storedMerchantId, storedTime } from '../../reading/stored.ts';
import type { Profile } from '../merchant-config.ts';

/**
 * What stays of an erased merchant. It replaces the profile, so that the id is never used again, and older versions of the
 * code cannot make a merchant there either. It holds no name and no secret.
 */
export const tombstoneSchema = onFirstUse(() =>
  z.object({
    merchantId: storedMerchantId(),
    erasedAt: storedTime(),
    /** How many partitions of the feed index hold the merchant's outcomes. */
    erasedFeedShards: z.int().min(1),
    /** Higher than that of the profile, so that no change of the profile applies to it. */
    rev: z.number().int(),
  }),
);
export type Tombstone = Readonly<Parsed<typeof tombstoneSchema>>;

export function tombstoneOf({ merchantId, feedShards, rev }: Profile, erasedAt: string): Tombstone {
  return { merchantId, erasedAt, erasedFeedShards: feedShards, rev: rev + 1 };
}
