/** Partitions of the directory, of the due and of the undelivered index. */
export const PARTITIONS = 16;
/** Partitions that are worked on side by side. */
const CONCURRENCY = 4;

/**
 * Does the same for every partition. One that fails keeps no other from its turn; afterwards the first failure is
 * thrown, so that the run counts as failed.
 */
export async function forEachPartition(work: (partition: number) => Promise<unknown>): Promise<void> {
  const waiting = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  const failures: unknown[] = [];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        await work(next);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  if (failures.length > 0) throw failures[0];
}
