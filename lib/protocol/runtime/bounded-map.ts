/**
 * Maps asynchronously with at most `concurrency` calls of `work` at a time. One failed item does not stop the others. The
 * first failure is thrown after all calls have ended.
 *
 * @returns the results, in the order of the items
 * @example await boundedMap(keys, 8, (key) => store.read(key))
 */
export function boundedMap<Item, Result>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  return mapAll(items, { concurrency, stopsAtFailure: false }, work);
}

/** Like {@link boundedMap}, but starts no more items after a failure. Throws after the started calls have ended. */
export function boundedMapUntilFailure<Item, Result>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  return mapAll(items, { concurrency, stopsAtFailure: true }, work);
}

/** Runs a few independent tasks together, with the failure rule of {@link boundedMap}. */
export async function runTogether(tasks: readonly (() => Promise<unknown>)[]): Promise<void> {
  await boundedMap(tasks, tasks.length, (task) => task());
}

interface MapOptions {
  readonly concurrency: number;
  readonly stopsAtFailure: boolean;
}

async function mapAll<Item, Result>(
  items: readonly Item[],
  { concurrency, stopsAtFailure }: MapOptions,
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
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
