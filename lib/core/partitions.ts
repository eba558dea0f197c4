import { sha256 } from '../protocol/hashes.ts';
import { boundedMap } from '../protocol/runtime/bounded-map.ts';

/** The number of partitions of the directory, the due index, the undelivered index and the parked rows. */
export const PARTITIONS = 16;

/** The partition of a text; always the same for the same text. For the directory, the text is the merchant's id. */
export function partitionOf(text: string): number {
  return (sha256(text)[0] ?? 0) % PARTITIONS;
}

/** Partitions worked on concurrently. */
const CONCURRENCY = 4;

export const ALL_PARTITIONS: readonly number[] = Array.from(
  { length: PARTITIONS },
  (_, partition) => partition,
);

/** Runs the work for every partition. One that fails does not stop the others. */
export function forEachPartition<T>(
  work: (partition: number) => Promise<T>,
  partitions: readonly number[] = ALL_PARTITIONS,
): Promise<readonly T[]> {
  return boundedMap(partitions, CONCURRENCY, work);
}
