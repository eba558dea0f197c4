import type { Directory } from '../merchants/directory.ts';
import type { MerchantId } from '../model.ts';
import { partitionOf } from '../partitions.ts';

/** How far a merchant's windows are closed. Every window that ends by then is closed; one without an item is empty. */
export interface Closing {
  readonly closedThrough: string;
  readonly windowSeconds: number;
}

/**
 * The earlier of two marks: the partition's, and the merchant's own, which exists while the merchant is behind. The
 * partition's mark is read first. A merchant's own mark is written before the partition's mark passes it, so a reader
 * that has seen the partition's mark also sees the merchant's. Undefined if nothing was closed yet.
 */
export async function closedThroughOf(
  directory: Pick<Directory, 'mark' | 'entry'>,
  merchantId: MerchantId,
): Promise<Closing | undefined> {
  const mark = await directory.mark(partitionOf(merchantId), 'closed');
  if (mark === undefined) return undefined;
  const entry = await directory.entry(merchantId);
  // A merchant that is not in the directory is never closed.
  if (entry === undefined) return undefined;
  const own = entry.own.closed.open?.through;
  const closedThrough = own !== undefined && own < mark.through ? own : mark.through;
  return { closedThrough, windowSeconds: mark.windowSeconds };
}

/** The length of windows in force, which is the same in every partition; undefined before the first close. */
export async function windowSecondsOf(directory: Pick<Directory, 'mark'>): Promise<number | undefined> {
  return (await directory.mark(0, 'closed'))?.windowSeconds;
}
