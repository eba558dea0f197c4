import { describe, expect, it } from 'vitest';
import {
  boundedMap,
  boundedMapUntilFailure,
  runTogether,
} from '../../../lib/protocol/runtime/bounded-map.ts';

/** Work whose end the test decides, one item at a time. */
function held() {
  const open = new Map<number, PromiseWithResolvers<number>>();
  const begun: number[] = [];
  return {
    begun,
    work(item: number): Promise<number> {
      begun.push(item);
      const end = Promise.withResolvers<number>();
      open.set(item, end);
      return end.promise;
    },
    async end(item: number, error?: Error): Promise<void> {
      if (error === undefined) open.get(item)?.resolve(item * 10);
      else open.get(item)?.reject(error);
      // What was waiting for it has its turn.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('a bounded map', () => {
  it('starts no more than fit, and returns the results in the order of the items', async () => {
    const { begun, work, end } = held();
    const all = boundedMap([1, 2, 3], 2, work);
    expect(begun).toEqual([1, 2]);
    await end(2);
    expect(begun).toEqual([1, 2, 3]);
    for (const item of [3, 1]) await end(item);
    expect(await all).toEqual([10, 20, 30]);
  });

  it('goes on where one fails, and throws its failure when all have ended', async () => {
    const { begun, work, end } = held();
    const all = expect(boundedMap([1, 2, 3], 1, work)).rejects.toThrow('first');
    await end(1, new Error('first'));
    await end(2, new Error('second'));
    expect(begun).toEqual([1, 2, 3]);
    await end(3);
    await all;
  });

  it('begins nothing more until-failure, and waits for what was begun', async () => {
    const { begun, work, end } = held();
    let isOver = false;
    const all = boundedMapUntilFailure([1, 2, 3], 2, work).finally(() => {
      isOver = true;
    });
    const failing = expect(all).rejects.toThrow('first');
    await end(1, new Error('first'));
    expect([begun, isOver]).toEqual([[1, 2], false]);
    await end(2);
    await failing;
  });

  it('is over at once where there is nothing to do', async () => {
    expect(await boundedMap([], 3, held().work)).toEqual([]);
  });
});

describe('tasks that run together', () => {
  it('all run to their end, although one fails at once', async () => {
    const ended: string[] = [];
    const fails = () => Promise.reject(new Error('refused'));
    const succeeds = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      ended.push('second');
    };
    await expect(runTogether([fails, succeeds])).rejects.toThrow('refused');
    expect(ended).toEqual(['second']);
  });
});
