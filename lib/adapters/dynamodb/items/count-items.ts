import * as z from 'zod';
import { type Counts, DELAY, DELIVERED, FAILED } from '../../../core/counts/attempt-counts.ts';
import { ALL, type CountKey, type CountRow } from '../../../core/counts/count-store.ts';
import { storedEndpointId, storedMerchantId, storedTime } from '../../../core/reading/stored.ts';

/**
 * Rows of counts: an attribute for each count, under its own name, and one mark for each shard that wrote to the row. Only
 * shards that were open in the row's hour do. DynamoDB replaces a shard after about four hours, so a row has a mark for
 * each of the table's partitions, and some more.
 */

/** All rows of a merchant are in one partition, by hour and then by endpoint. */
export const countsPk = (merchantId: CountKey['merchantId']) => `C#${merchantId}`;
export const countSk = ({ hour, endpointId }: Pick<CountKey, 'hour' | 'endpointId'>) =>
  `${hour}#${endpointId}`;

export const markName = (shard: string) => `mark#${shard}`;

const all = z.literal(ALL);
const rowSchema = z.object({
  merchantId: z.union([all, storedMerchantId]),
  endpointId: z.union([all, storedEndpointId]),
  hour: storedTime,
});

/** @throws ZodError if the item is not a row of counts */
export function countRowFromItem(item: Readonly<Record<string, unknown>>): CountRow {
  return { ...rowSchema.parse(item), counts: countsIn(item) };
}

function countsIn(item: Readonly<Record<string, unknown>>): Counts {
  const counts = Object.entries(item).filter(
    ([name]) => name === DELIVERED || name.startsWith(FAILED) || name.startsWith(DELAY),
  );
  return new Map(counts.map(([name, count]) => [name, z.int().nonnegative().parse(count)]));
}
