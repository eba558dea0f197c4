/** A store of items that have a next attempt and are written under the fence (`rev`). */
export interface FencedStore<Key, Item extends Key> {
  /** Strongly consistent. */
  read(key: Key): Promise<Item | undefined>;
  /**
   * Writes if the item's `rev` is still `expectedRev` (no item: 0); `absent`: if there is no item at all. False if
   * another writer was first.
   */
  save(item: Item, expectedRev: number | 'absent'): Promise<boolean>;
  /**
   * Moves `nextAttemptAt` to `until`, if it and `rev` are unchanged since they were read. False otherwise. A lease is a
   * write that keeps `rev`. It must not look like the attempt, or the change of state, that set it: it removes `attemptRev`,
   * and sets `stateBefore`, if there is one, to the state.
   */
  lease(item: Item, until: string): Promise<boolean>;
}
