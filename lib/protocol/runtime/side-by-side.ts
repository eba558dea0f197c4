/**
 * Does the work for every item, `width` of them at a time. One that fails keeps no other from its turn;
 * afterwards the first failure is thrown.
 *
 * @returns the results, in the order of the items
 */
export function sideBySide<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  return workOff(items, { width, stopsAtFailure: false }, work);
}

/** The same, but begins nothing more once one has failed. Those that were begun are waited for, and then it throws. */
export function sideBySideUntilFailure<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  return workOff(items, { width, stopsAtFailure: true }, work);
}

async function workOff<Item, Result>(
  items: readonly Item[],
  { width, stopsAtFailure }: { readonly width: number; readonly stopsAtFailure: boolean },
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const waiting = [...items.entries()].reverse();
  const results: Result[] = [];
  const failures: unknown[] = [];
  const worker = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [place, item] = next;
      try {
        results[place] = await work(item);
      } catch (error) {
        failures.push(error);
        if (stopsAtFailure) waiting.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
