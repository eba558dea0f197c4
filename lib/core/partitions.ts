import { sideBySide } from './side-by-side.ts';

/** Partitions of the directory, of the due and of the undelivered index. */
export const PARTITIONS = 16;
/** Partitions that are worked on side by side. */
const CONCURRENCY = 4;

const ALL: readonly number[] = Array.from({ length: PARTITIONS }, (_, partition) => partition);

/** Does the same for every partition; one that fails keeps no other from its turn. */
export function forEachPartition<T>(
  work: (partition: number) => Promise<T>,
  partitions: readonly number[] = ALL,
): Promise<readonly T[]> {
  return sideBySide(partitions, CONCURRENCY, work);
}
