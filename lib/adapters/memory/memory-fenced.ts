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
      const stored = items.get(nameOf(item));
      const isFree = expectedRev === 'absent' ? stored === undefined : (stored?.rev ?? 0) === expectedRev;
      if (isFree) items.set(nameOf(item), structuredClone(item));
      return isFree;
    },
    async lease(item, until) {
      const stored = items.get(nameOf(item));
      const isUnchanged = stored?.rev === item.rev && stored.nextAttemptAt === item.nextAttemptAt;
      if (stored === undefined || !isUnchanged || stored.nextAttemptAt === undefined) return false;
      items.set(nameOf(item), { ...stored, nextAttemptAt: until });
      return true;
    },
  };
}
