import type { Directory, Mark, ReadMarks } from '../merchants/directory.ts';
import { ALL_PARTITIONS, forEachPartition } from '../partitions.ts';

/** What one run of close, audit or statement works on. */
export interface RunShare {
  /** Partitions of the directory. Default: all. */
  readonly partitions?: readonly number[];
  /** After this time, in milliseconds since 1970, the run starts nothing new. */
  readonly deadlineMs: number;
}

/** A partition of a run, and the marks that the run has read. */
export interface SharedPartition {
  readonly partition: number;
  readonly marks: ReadMarks;
  readonly deadlineMs: number;
}

/**
 * Reads the marks of all partitions of the share in one request, and then works on each partition. One that fails does not
 * stop the others.
 */
export async function workOnShare<T>(
  directory: Pick<Directory, 'marks'>,
  { partitions = ALL_PARTITIONS, deadlineMs, names }: RunShare & { readonly names: readonly Mark[] },
  work: (one: SharedPartition) => Promise<T>,
): Promise<readonly T[]> {
  const marks = await directory.marks(partitions, names);
  return forEachPartition((partition) => work({ partition, marks, deadlineMs }), partitions);
}
