import { describe, expect, it } from 'vitest';
import { generate, type Pattern } from '../../../../bench/load/target/generator.ts';
import { createOrders, ORDER_ID, type Order } from '../../../../bench/load/target/load-target.ts';

/** Records like a service that answers when it is told to. */
async function generated(pattern: Pattern, orders: readonly Order[]) {
  const requests: (readonly Order[])[] = [];
  let open = 0;
  let mostOpen = 0;
  const counts: number[] = [];
  const recorded = await generate(
    {
      record: async (some) => {
        requests.push(some);
        open += 1;
        mostOpen = Math.max(mostOpen, open);
        await new Promise((resolve) => setImmediate(resolve));
        open -= 1;
      },
    },
    { orders, pattern, onRecorded: (count) => counts.push(count) },
  );
  return { ...recorded, requests, mostOpen, counts };
}

describe('the load generator', () => {
  it('has as many requests open as there are callers', async () => {
    const orders = createOrders(20);
    const { requests, mostOpen, starts, answerMs } = await generated(
      { kind: 'callers', callers: 3, batch: 1 },
      orders,
    );
    expect(mostOpen).toBe(3);
    expect(requests.flat()).toEqual(orders);
    expect([...starts.keys()]).toEqual(orders.map(({ id }) => id));
    expect(answerMs).toHaveLength(20);
  });

  it('fills batches, and sends what remains in a smaller one', async () => {
    const orders = createOrders(25);
    const { requests, counts } = await generated({ kind: 'callers', callers: 1, batch: 10 }, orders);
    expect(requests.map(({ length }) => length)).toEqual([10, 10, 5]);
    expect(requests.flat()).toEqual(orders);
    expect(counts).toEqual([10, 20, 25]);
  });

  it('begins the requests of a paced scene in order, never before their moment', async () => {
    const orders = createOrders(5);
    const { requests, lateMs } = await generated({ kind: 'paced', perSecond: 1_000 }, orders);
    expect(requests).toEqual(orders.map((order) => [order]));
    expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(-1);
    expect(lateMs).toHaveLength(5);
  });

  it.each<Pattern>([
    { kind: 'callers', callers: 2, batch: 1 },
    { kind: 'paced', perSecond: 1_000 },
  ])('ends with the error of a request that was refused: $kind', async (pattern) => {
    const record = () => Promise.reject(new Error('refused'));
    const orders = createOrders(5);
    await expect(generate({ record }, { orders, pattern, onRecorded: () => {} })).rejects.toThrow('refused');
  });
});

describe('orders', () => {
  it('have ids that were never used before and are found in the text of a callback', () => {
    const ids = [...createOrders(3), ...createOrders(3)].map(({ id }) => id);
    expect(new Set(ids).size).toBe(6);
    for (const id of ids)
      expect(ORDER_ID.exec(`{"transactionId":"${id}","merchantId":"load"}`)?.[0]).toBe(id);
  });
});
