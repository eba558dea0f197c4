import type { Directory } from '../bookkeeping/directory.ts';
import type { MerchantId } from '../model.ts';
import { partitionOf } from '../partitions.ts';

/** How far a merchant's windows are closed: every one that ends by then is, and those without an item are empty. */
export interface Closing {
  readonly closedThrough: string;
  readonly windowSeconds: number;
}

/**
 * The lesser of two marks: the partition's, and the merchant's own, which it has while it could not be closed. The
 * partition's is read first: a mark of a merchant's own is written before the partition's passes it, so whoever
 * has seen the one sees the other. Undefined where nothing was closed yet.
 */
export async function closedThroughOf(
  directory: Pick<Directory, 'mark' | 'entry'>,
  merchantId: MerchantId,
): Promise<Closing | undefined> {
  const mark = await directory.mark(partitionOf(merchantId), 'closed');
  if (mark === undefined) return undefined;
  const entry = await directory.entry(merchantId);
  // What the directory does not list, nobody closes.
  if (entry === undefined) return undefined;
  const own = entry.own.closed.open?.through;
  const closedThrough = own !== undefined && own < mark.through ? own : mark.through;
  return { closedThrough, windowSeconds: mark.windowSeconds };
}
