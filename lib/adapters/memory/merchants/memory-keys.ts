import type { NotificationKey } from '../../../core/deliver/state/notification.ts';
import type { TransactionKey } from '../../../core/model.ts';
import { partitionOf } from '../../../core/partitions.ts';

/** The map keys of the memory adapters. */

export const transactionName = ({ merchantId, transactionId }: TransactionKey) =>
  `${merchantId}#${transactionId}`;
export const outcomeName = (key: TransactionKey & { readonly version: number }) =>
  `${transactionName(key)}#${key.version}`;
export const notificationName = (key: NotificationKey) => `${outcomeName(key)}#${key.endpointId}`;

/** `partitionOf`, computed once for each text: an index is asked for the same rows again and again. */
export function rememberedPartitions(): (text: string) => number {
  const known = new Map<string, number>();
  return (text) => {
    const partition = known.get(text) ?? partitionOf(text);
    known.set(text, partition);
    return partition;
  };
}

/**
 * A page in the order of `keyOf`. The cursor of the next page is the key of the last item, so items that are added or
 * removed meanwhile shift nothing, as in an index.
 */
export function pageOf<T>(
  items: readonly T[],
  options: {
    readonly keyOf: (item: T) => string;
    readonly limit: number;
    readonly cursor: string | undefined;
  },
): { readonly page: readonly T[]; readonly cursor?: string } {
  const { keyOf, limit, cursor } = options;
  const rest = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => cursor === undefined || key > cursor)
    .sort((left, right) => (left.key < right.key ? -1 : 1));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return {
    page: page.map(({ item }) => item),
    ...(last !== undefined && page.length < rest.length && { cursor: last.key }),
  };
}
