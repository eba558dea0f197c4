import { sha256 } from '../protocol/hashes.ts';
import { boundedMap } from '../protocol/runtime/bounded-map.ts';

/** Partitions of the directory, of the due and of the undelivered index, and of parked rows. */
export const PARTITIONS = 16;

/** The same text always falls into the same partition; of the directory, the text is the merchant's id. */
export function partitionOf(text: string): number {
  return (sha256(text)[0] ?? 0) % PARTITIONS;
}

/** Partitions that are worked on side by side. */
const CONCURRENCY = 4;

const ALL: readonly number[] = Array.from({ length: PARTITIONS }, (_, partition) => partition);

/** Does the same for every partition; one that fails keeps no other from its turn. */
export function forEachPartition<T>(
  work: (partition: number) => Promise<T>,
  partitions: readonly number[] = ALL,
): Promise<readonly T[]> {
  return boundedMap(partitions, CONCURRENCY, work);
}
