import { PARTITIONS } from '../partitions.ts';
import { openMerge, type ReadPage, takePage } from './merge.ts';

/** Pages of an index that is spread over partitions by transaction id. */

/** How much more than its even share of a page a partition may hold: read size = even share × this factor. */
const UNEVEN_SHARE = 2;

/** Start and size of one read of one partition. */
interface PartitionPlace {
  readonly partition: number;
  readonly limit: number;
  readonly cursor?: string;
}

export interface PartitionedList<K> {
  readonly limit: number;
  /** The key as text that sorts in list order, across partitions. */
  readonly orderOf: (key: K) => string;
  /** Keys to show. A page that skips others may be short, or empty. Default: all. */
  readonly accepts?: (key: K) => boolean;
  readonly read: (
    place: PartitionPlace,
  ) => Promise<{ readonly keys: readonly K[]; readonly cursor?: string }>;
}

/** One page over all partitions. The next page begins after the key `next`, which is absent on the last page. */
export async function takeFromPartitions<K>(
  list: PartitionedList<K>,
): Promise<{ readonly keys: readonly K[]; readonly next?: K }> {
  const limit = Math.ceil(list.limit / PARTITIONS) * UNEVEN_SHARE;
  const lists = Array.from(
    { length: PARTITIONS },
    (_, partition): ReadPage<K> =>
      async (cursor) => {
        const { keys: rows, ...rest } = await list.read({
          partition,
          limit,
          ...(cursor !== undefined && { cursor }),
        });
        return { rows, ...rest };
      },
  );
  const maxRows = PARTITIONS * limit * UNEVEN_SHARE;
  const { items, last, hasMore } = await takePage(openMerge({ lists, orderOf: list.orderOf, maxRows }), {
    limit: list.limit,
    accepts: list.accepts ?? (() => true),
    view: (key) => key,
  });
  return { keys: items, ...(hasMore && last !== undefined && { next: last }) };
}
