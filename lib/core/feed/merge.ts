import { Fault, isUnreadable } from '../faults.ts';
import { jsonBytes, MAX_ITEMS_BYTES } from './answer-size.ts';

/** Merges several sorted, paged lists into one. */

interface Page<T> {
  readonly rows: readonly T[];
  /** Where the next page begins; absent on the last page. */
  readonly cursor?: string;
}

export type ReadPage<T> = (cursor: string | undefined) => Promise<Page<T>>;

/** The next row in order; `end`: no rows are left; `enough`: the read limit was reached before the next row was known. */
export type Next<T> = { readonly kind: 'row'; readonly row: T } | { readonly kind: 'end' | 'enough' };

/** Maximum number of rows in one page of the feed or of a window. */
export const MAX_PAGE_ROWS = 500;
/** Maximum number of consecutive pages without a row of this merchant. Only an index full of foreign rows has more. */
const MAX_EMPTY_PAGES = 16;

interface Head<T> {
  readonly read: ReadPage<T>;
  rows: readonly T[];
  taken: number;
  cursor: string | undefined;
  isLast: boolean;
}

/**
 * Merges by `orderOf`. A row is returned only when every list has shown its next row or its end, so no later row can
 * belong before it. The first page of each list is always read, so every call makes some progress.
 *
 * @param maxRows rows after which no further page is read
 */
export function openMerge<T>(options: {
  readonly lists: readonly ReadPage<T>[];
  readonly orderOf: (row: T) => string;
  readonly maxRows: number;
}): { next(): Promise<Next<T>> } {
  const heads = options.lists.map(
    (read): Head<T> => ({ read, rows: [], taken: 0, cursor: undefined, isLast: false }),
  );
  let rowsRead = 0;
  return {
    async next() {
      const bare = heads.filter((head) => head.taken === head.rows.length && !head.isLast);
      if (bare.length > 0 && rowsRead > 0 && rowsRead >= options.maxRows) return { kind: 'enough' };
      await Promise.all(bare.map(refill));
      for (const head of bare) rowsRead += head.rows.length;
      return takeFirst(heads, options.orderOf);
    },
  };
}

async function refill<T>(head: Head<T>): Promise<void> {
  for (let pages = 0; pages < MAX_EMPTY_PAGES; pages += 1) {
    const { rows, cursor } = await head.read(head.cursor);
    Object.assign(head, { rows, taken: 0, cursor, isLast: cursor === undefined });
    if (rows.length > 0 || head.isLast) return;
  }
  throw new Fault({
    code: 'too_much',
    message: `${MAX_EMPTY_PAGES} pages in a row have no row of this merchant.`,
    retryable: false,
  });
}

function takeFirst<T>(heads: readonly Head<T>[], orderOf: (row: T) => string): Next<T> {
  let first: Head<T> | undefined;
  let least = '';
  for (const head of heads) {
    const row = head.rows[head.taken];
    if (row === undefined) continue;
    const order = orderOf(row);
    if (first !== undefined && order >= least) continue;
    [first, least] = [head, order];
  }
  const row = first?.rows[first.taken];
  if (first === undefined || row === undefined) return { kind: 'end' };
  first.taken += 1;
  return { kind: 'row', row };
}

interface PageChoice<T, V> {
  readonly limit: number;
  readonly accepts: (row: T) => boolean;
  readonly view: (row: T) => V;
}

interface TakenPage<T, V> {
  readonly items: readonly V[];
  /** The last row that was read, shown or not. */
  readonly last: T | undefined;
  readonly hasMore: boolean;
}

/**
 * Takes rows off a merge until a page is full, by rows or by bytes, or the read limit is reached. The next page continues after `last`, even
 * if that row was not shown.
 */
export async function takePage<T, V>(
  merge: { next(): Promise<Next<T>> },
  options: PageChoice<T, V>,
): Promise<TakenPage<T, V>> {
  const items: V[] = [];
  let last: T | undefined;
  /** An unreadable row ends the page before it. The page that begins with it fails. */
  const take = async (): Promise<Next<T>> => {
    try {
      return await merge.next();
    } catch (error) {
      if (last === undefined || !isUnreadable(error)) throw error;
      return { kind: 'enough' };
    }
  };
  for (let bytes = 0; items.length < options.limit && bytes < MAX_ITEMS_BYTES; ) {
    const next = await take();
    if (next.kind !== 'row') return { items, last, hasMore: next.kind === 'enough' };
    last = next.row;
    if (!options.accepts(last)) continue;
    const item = options.view(last);
    items.push(item);
    bytes += jsonBytes(item);
  }
  const { kind } = await take();
  return { items, last, hasMore: kind !== 'end' };
}
