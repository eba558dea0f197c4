import { describe, expect, it } from 'vitest';
import { boundedMap, runTogether } from '../../lib/core/bounded-map.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('a bounded map', () => {
  it('gives the results in the order of the items, whichever ends first', async () => {
    const work = async (n: number) => {
      for (let turn = n; turn < 5; turn += 1) await nextTurn();
      return n * 2;
    };
    expect(await boundedMap([0, 1, 2, 3, 4], 3, work)).toEqual([0, 2, 4, 6, 8]);
    expect(await boundedMap([], 3, work)).toEqual([]);
  });

  it('has no more under way than it may', async () => {
    let underWay = 0;
    let most = 0;
    await boundedMap(Array.from({ length: 20 }).fill(0), 3, async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await nextTurn();
      underWay -= 1;
    });
    expect(most).toBe(3);
  });

  it('throws the first failure when nothing is under way any more', async () => {
    const ended: number[] = [];
    const work = async (n: number) => {
      await nextTurn();
      if (n % 2 === 1) throw new Error(`${n}`);
      ended.push(n);
    };
    await expect(boundedMap([0, 1, 2, 3, 4], 2, work)).rejects.toThrow('1');
    expect(ended).toEqual([0, 2, 4]);
  });
});

describe('tasks that run together', () => {
  it('all run to their end, although one fails at once', async () => {
    const ended: string[] = [];
    const fails = () => Promise.reject(new Error('refused'));
    const succeeds = async () => {
      await nextTurn();
      ended.push('second');
    };
    await expect(runTogether([fails, succeeds])).rejects.toThrow('refused');
    expect(ended).toEqual(['second']);
  });
});
