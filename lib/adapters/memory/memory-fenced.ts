import type { FencedStore } from '../../core/deliver/state/fenced-store.ts';

export function memoryFenced<
  Key,
  Item extends Key & { readonly rev: number; readonly nextAttemptAt?: string },
>(items: Map<string, Item>, nameOf: (key: Key) => string): FencedStore<Key, Item> {
  return {
    async read(key) {
      return items.get(nameOf(key));
    },
    async save(item, expectedRev) {
      const standing = items.get(nameOf(item));
      const isFree = expectedRev === 'absent' ? standing === undefined : (standing?.rev ?? 0) === expectedRev;
      if (isFree) items.set(nameOf(item), structuredClone(item));
      return isFree;
    },
    async lease(item, until) {
      const standing = items.get(nameOf(item));
      const isUnchanged = standing?.rev === item.rev && standing.nextAttemptAt === item.nextAttemptAt;
      if (standing === undefined || !isUnchanged || standing.nextAttemptAt === undefined) return false;
      items.set(nameOf(item), { ...standing, nextAttemptAt: until });
      return true;
    },
  };
}
