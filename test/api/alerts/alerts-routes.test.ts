import { beforeEach, describe, expect, it } from 'vitest';
import type { Shop, World } from '../../support/demo-world.ts';
import { createWorld, payment, statusExchange } from '../../support/world.ts';

const HOUR = 3_600_000;
const HOURS = 5;

describe('GET /v1/alerts', () => {
  let world: World;
  let demo: Shop;
  let watch: { readonly endpointId: string };
  beforeEach(async () => {
    world = createWorld();
    demo = await world.merchant('demo', { schedule: [10] });
    await demo.endpoint();
    watch = await demo.endpoint({ url: 'https://watch.example/', types: ['tidings.*'] });
    world.receiver.answer = ({ url }) => statusExchange(url.includes('watch') ? 200 : 503);
    for (let hour = 0; hour < HOURS; hour += 1) {
      world.time.nowMs += HOUR;
      await world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/pay_${hour}`, payment());
      await world.relayAll();
      await world.drain();
    }
  });
  const list = async (query = '') => (await world.call(demo.receiver, `GET /v1/alerts${query}`)).json;

  it('lists the newest first, with the state of each delivery', async () => {
    const { items, hasMore } = await list();
    expect(hasMore).toBe(false);
    const ids = items.map(({ data }: { data: { transactionId: string } }) => data.transactionId);
    expect(ids).toEqual(['pay_4', 'pay_3', 'pay_2', 'pay_1', 'pay_0']);
    expect(items[0]).toEqual({
      webhookId: expect.stringMatching(/^msg_[0-9a-f]{32}$/),
      type: 'tidings.notification.exhausted',
      timestamp: expect.any(String),
      data: expect.objectContaining({ merchantId: 'demo' }),
      deliveries: [
        {
          endpointId: watch.endpointId,
          state: 'delivered',
          attempts: 1,
          lastAttempt: expect.objectContaining({ statusCode: 200 }),
        },
      ],
    });
    const sent = world.requests.findLast(({ url }) => url.includes('watch'));
    expect(sent?.headers['webhook-id']).toBe(items[0].webhookId);
  });

  it('goes on from page to page without a gap', async () => {
    const seen: string[] = [];
    let query = '?limit=2';
    for (let page = 0; page < HOURS; page += 1) {
      const { items, hasMore, nextCursor } = await list(query);
      seen.push(...items.map(({ data }: { data: { transactionId: string } }) => data.transactionId));
      if (!hasMore) break;
      query = `?limit=2&cursor=${nextCursor}`;
    }
    expect(seen).toEqual(['pay_4', 'pay_3', 'pay_2', 'pay_1', 'pay_0']);
  });

  it.each([
    ['?limit=51', 'invalid_value'],
    ['?limit=0', 'invalid_value'],
    ['?cursor=nonsense', 'invalid_cursor'],
    ['?state=delivered', 'unknown_parameter'],
  ])('refuses %s with %s', async (query, code) => {
    expect(await world.call(demo.receiver, `GET /v1/alerts${query}`)).toMatchObject({
      status: 400,
      json: { code },
    });
  });

  it('refuses the cursor of another list and of another merchant', async () => {
    const other = await world.merchant('other');
    const { nextCursor } = await list('?limit=2');
    const feed = await world.call(demo.receiver, 'GET /v1/transactions');
    for (const [key, cursor] of [
      [other.receiver, nextCursor],
      [demo.receiver, feed.json.nextCursor],
    ]) {
      const answer = await world.call(key, `GET /v1/alerts?cursor=${cursor}`);
      expect(answer.json.code).toBe('invalid_cursor');
    }
  });

  it('shows a merchant its own alerts only', async () => {
    const other = await world.merchant('other');
    expect((await world.call(other.receiver, 'GET /v1/alerts')).json.items).toEqual([]);
  });
});
