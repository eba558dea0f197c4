/**
 * Reads items before their turn, in their order, with at most `ahead` reads under way or not yet taken.
 *
 * @returns takes what was read of an item. The items must be taken in their order. `undefined`: the read failed, and the
 * caller has to read it.
 */
export function readAhead<Item, Content>(
  items: readonly Item[],
  ahead: number,
  read: (item: Item) => Promise<Content>,
): (item: Item) => Promise<Content | undefined> {
  const reads = new Map<Item, Promise<Content | undefined>>();
  const unread = [...items].reverse();
  const readOn = () => {
    while (reads.size < ahead) {
      const next = unread.pop();
      if (next === undefined) return;
      reads.set(
        next,
        read(next).catch(() => undefined),
      );
    }
  };
  readOn();
  return async (item) => {
    const content = await reads.get(item);
    reads.delete(item);
    readOn();
    return content;
  };
}
