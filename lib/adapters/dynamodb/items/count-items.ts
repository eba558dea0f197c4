import * as z from 'zod';
import {
  type Counts,
  DELAY,
  DELIVERED,
  EXPECTED,
  FAILED,
  LOST,
  STATE,
} from '../../../core/counts/attempt-counts.ts';
import { ALL, type CountKey, type CountRow } from '../../../core/counts/count-store.ts';
import { onFirstUse } from '../../../core/reading/on-first-use.ts';
import { storedEndpointId, storedMerchantId, storedTime } from '../../../core/reading/stored.ts';

/**
 * Rows of counts: an attribute for each count, under its own name, and one mark for each shard that wrote to the row. Only
 * shards that were open in the row's hour do. DynamoDB replaces a shard after about four hours, so a row has a mark for
 * each of the table's partitions, and some more.
 */

/** All rows of a merchant are in one partition, by hour and then by endpoint. */
export const countsPk = (merchantId: CountKey['merchantId']) => `C#${merchantId}`;
export const countSk = ({ hour, endpointId, changedOn }: Omit<CountKey, 'merchantId'>) =>
  changedOn === undefined ? `${hour}#${endpointId}` : `${hour}#${endpointId}#${changedOn}`;

export const markName = (shard: string) => `mark#${shard}`;

const NAMES = [DELIVERED, LOST, EXPECTED];
const STARTS = [FAILED, DELAY, STATE];

const all = onFirstUse(() => z.literal(ALL));
const rowSchema = onFirstUse(() =>
  z.object({
    merchantId: z.union([all(), storedMerchantId()]),
    endpointId: z.union([all(), storedEndpointId()]),
    hour: storedTime(),
    changedOn: z.string().exactOptional(),
  }),
);

/** @throws ZodError if the item is not a row of counts */
export function countRowFromItem(item: Readonly<Record<string, unknown>>): CountRow {
  return { ...rowSchema().parse(item), counts: countsIn(item) };
}

function countsIn(item: Readonly<Record<string, unknown>>): Counts {
  const counts = Object.entries(item).filter(
    ([name]) => NAMES.includes(name) || STARTS.some((start) => name.startsWith(start)),
  );
  // A row of later changes may take away from a state what the hour's own row has.
  return new Map(counts.map(([name, count]) => [name, z.int().parse(count)]));
}
