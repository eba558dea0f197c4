import type { FencedStore } from '../../core/deliver/state/fenced-store.ts';

export function memoryFenced<
  Key,
  Item extends Key & {
    readonly rev: number;
    readonly nextAttemptAt?: string;
    readonly attemptRev?: number;
    readonly state: string;
    readonly stateBefore?: string;
  },
>(
  items: Map<string, Item>,
  nameOf: (key: Key) => string,
  onWrite: (item: Item) => void = () => undefined,
): FencedStore<Key, Item> {
  const set = (item: Item) => {
    items.set(nameOf(item), item);
    onWrite(item);
  };
  return {
    async read(key) {
      return items.get(nameOf(key));
    },
    async save(item, expectedRev) {
      const stored = items.get(nameOf(item));
      const isFree = expectedRev === 'absent' ? stored === undefined : (stored?.rev ?? 0) === expectedRev;
      if (isFree) set(structuredClone(item));
      return isFree;
    },
    async lease(item, until) {
      const stored = items.get(nameOf(item));
      const isUnchanged = stored?.rev === item.rev && stored.nextAttemptAt === item.nextAttemptAt;
      if (stored === undefined || !isUnchanged || stored.nextAttemptAt === undefined) return false;
      const { attemptRev: _past, ...rest } = stored;
      const isCounted = rest.stateBefore !== undefined;
      set({ ...rest, nextAttemptAt: until, ...(isCounted && { stateBefore: rest.state }) } as Item);
      return true;
    },
  };
}
