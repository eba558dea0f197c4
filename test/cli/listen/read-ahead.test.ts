import { expect, it } from 'vitest';
import { readAhead } from '../../../lib/cli/listen/read-ahead.ts';

const ITEMS = [1, 2, 3, 4, 5, 6];

it('begins the next reads before they are needed, and no more than the bound', async () => {
  const begun: number[] = [];
  const take = readAhead(ITEMS, 3, async (item) => {
    begun.push(item);
    return item * 10;
  });
  expect(begun).toEqual([1, 2, 3]);
  expect(await take(1)).toBe(10);
  expect(begun).toEqual([1, 2, 3, 4]);
  const rest: (number | undefined)[] = [];
  for (const item of ITEMS.slice(1)) rest.push(await take(item));
  expect(rest).toEqual([20, 30, 40, 50, 60]);
  expect(begun).toEqual(ITEMS);
});

it('leaves a read that failed to its turn', async () => {
  const take = readAhead([1, 2], 2, async (item) => {
    if (item === 2) throw new Error('unreachable');
    return item;
  });
  expect(await take(1)).toBe(1);
  expect(await take(2)).toBeUndefined();
});
