/** Items with a next attempt, written under the fence. */
export interface FencedStore<Key, Item extends Key> {
  /** Strongly consistent. */
  read(key: Key): Promise<Item | undefined>;
  /**
   * Writes where the item's `rev` is still `expectedRev` (no item: 0), or where there is none at all; false
   * where somebody else was first.
   */
  save(item: Item, expectedRev: number | 'absent'): Promise<boolean>;
  /** Moves `nextAttemptAt` to `until` and nothing else, where that and `rev` are still as they were read. */
  lease(item: Item, until: string): Promise<boolean>;
}
