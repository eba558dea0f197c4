import { beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../../lib/core/faults.ts';
import type { Shop, World } from '../../support/demo-world.ts';
import { verified } from '../../support/verified.ts';
import { createWorld, payment, statusExchange } from '../../support/world.ts';

const LAG_MS = 30_000;

interface Shown {
  readonly transactionId: string;
  readonly provisional?: true;
  readonly notifications: readonly {
    readonly notificationId: string;
    readonly endpointId: string;
    readonly state: string;
  }[];
}

describe('deliveries', () => {
  let world: World;
  let demo: Shop;
  let hook: string;
  beforeEach(async () => {
    world = createWorld();
    demo = await world.merchant('demo', { schedule: [10], feedShards: 3 });
    hook = (await demo.endpoint()).endpointId;
  });
  const record = (id: string, changes: object = {}) =>
    world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment(changes));
  /** Recorded and attempted until nothing is left to do. */
  const tell = async (id: string, changes: object = {}) => {
    await record(id, changes);
    await world.relayAll();
    await world.drain();
    world.time.nowMs += 1_000;
  };
  const ask = (query = '') => world.call(demo.receiver, `GET /v1/deliveries?${query}`);
  const all = async (query = '') => {
    const pages: (readonly Shown[])[] = [];
    for (let cursor = ''; ; ) {
      const { json, status } = await ask(`${query}${cursor}`);
      expect(status).toBe(200);
      pages.push(json.items);
      if (!json.hasMore) return { pages, items: pages.flat() };
      cursor = `&cursor=${json.nextCursor}`;
    }
  };
  const idsOf = (items: readonly Shown[]) => items.map(({ transactionId }) => transactionId);
  const notificationsOf = (items: readonly Shown[]) =>
    items.flatMap(({ notifications }) => notifications.map(({ notificationId }) => notificationId));
  const fail = () => {
    world.receiver.answer = () => statusExchange(503);
  };

  it('show each outcome with its notifications and attempts, also those not yet attempted, signed', async () => {
    await tell('pay_1', { reference: 'ORDER-1', metadata: { till: 7 } });
    fail();
    await tell('pay_2', { status: 'FAILED' });
    await record('pay_3');
    await record('pay_4', { status: 'PENDING' });
    const page = await ask();
    expect(page.json.items).toMatchObject([
      {
        transactionId: 'pay_1',
        reference: 'ORDER-1',
        status: 'SUCCEEDED',
        notifications: [{ endpointId: hook, state: 'delivered', attempts: [{ number: 1, statusCode: 200 }] }],
      },
      {
        transactionId: 'pay_2',
        status: 'FAILED',
        notifications: [{ state: 'exhausted', attempts: [{ error: 'http_server_error' }, { number: 2 }] }],
      },
      { transactionId: 'pay_3', notifications: [{ state: 'pending', attempts: [] }] },
    ]);
    expect(page.json).toMatchObject({ hasMore: false, merchantId: 'demo' });
    expect(page.json.items[0]).not.toHaveProperty('metadata');
    expect(verified(page, demo.secret, world.time.nowMs)).toEqual(page.json);
  });

  it('mark what is younger than the feed lag as provisional', async () => {
    await tell('pay_1');
    world.time.nowMs += LAG_MS - 1_000;
    await tell('pay_2');
    const { json } = await ask();
    const watermark = new Date(world.time.nowMs - LAG_MS).toISOString();
    expect(json).toMatchObject({ watermark, asOf: watermark });
    expect(json.items.map(({ provisional }: Shown) => provisional)).toEqual([undefined, true]);
    for (const state of ['delivered', 'exhausted']) {
      if (state === 'exhausted') {
        fail();
        await tell('pay_3');
      }
      const { items } = await all(`state=${state}`);
      expect(items.at(-1)).toMatchObject({ provisional: true });
    }
    world.time.nowMs += LAG_MS;
    expect((await all()).items.some(({ provisional }) => provisional)).toBe(false);
  });

  it('go through all shards, once each, in the order of listing, with pages of any size', async () => {
    const ids = Array.from({ length: 25 }, (_, index) => `pay_${index}`);
    for (const id of ids) await tell(id);
    for (const limit of [1, 7, 100]) expect(idsOf((await all(`limit=${limit}`)).items)).toEqual(ids);
    const from = (await ask()).json.items[5].listedAt;
    const to = (await ask()).json.items[9].listedAt;
    expect(idsOf((await all(`from=${from}&to=${to}&limit=3`)).items)).toEqual(ids.slice(5, 9));
  });

  it('of one endpoint show its notifications only', async () => {
    const refunds = (await demo.endpoint({ types: ['refund.*'] })).endpointId;
    await tell('pay_1', { notifyUrl: 'https://till.example/' });
    await tell('pay_2', { transactionType: 'refund' });
    expect(notificationsOf((await all(`endpointId=${refunds}`)).items)).toEqual([`pay_2.1.${refunds}`]);
    expect(notificationsOf((await all('endpointId=notify-url')).items)).toEqual(['pay_1.1.notify-url']);
    expect((await all('endpointId=ep_unknown')).items).toEqual([]);
    expect(notificationsOf((await all()).items)).toHaveLength(4);
  });

  it('in an undelivered state are read from their index, each notification on one page', async () => {
    const other = (await demo.endpoint({ url: 'https://other.example/' })).endpointId;
    await tell('pay_ok');
    fail();
    const ids = Array.from({ length: 12 }, (_, index) => `pay_${index}`);
    for (const id of ids) await tell(id);
    world.ports.feed.page = async () => {
      throw new Error('the feed is not read');
    };
    for (const limit of [1, 3, 100]) {
      const { items } = await all(`state=exhausted&limit=${limit}`);
      expect([...new Set(idsOf(items))]).toEqual(ids);
      const notifications = notificationsOf(items);
      expect(notifications).toHaveLength(24);
      expect(new Set(notifications)).toHaveLength(24);
      const own = await all(`state=exhausted&limit=${limit}&endpointId=${other}`);
      expect(notificationsOf(own.items)).toEqual(ids.map((id) => `${id}.1.${other}`));
    }
    for (const state of ['retrying', 'blocked']) expect((await all(`state=${state}`)).items).toEqual([]);
  });

  it('of one endpoint are found behind pages that others fill', async () => {
    const refunds = (await demo.endpoint({ types: ['refund.*'], url: 'https://refunds.example/' }))
      .endpointId;
    await world.call(demo.manager, `PATCH /v1/merchants/demo/endpoints/${hook}`, { types: ['payment.*'] });
    fail();
    for (let n = 0; n < 80; n += 1) await tell(`pay_${n}`);
    await tell('refund_1', { transactionType: 'refund' });
    const { pages, items } = await all(`state=exhausted&limit=1&endpointId=${refunds}`);
    expect(pages.some((page) => page.length === 0)).toBe(true);
    expect(notificationsOf(items)).toEqual([`refund_1.1.${refunds}`]);
  });

  it('in another state are looked for in short pages, of at most a hundred outcomes a request', async () => {
    const ids = Array.from({ length: 120 }, (_, index) => `pay_${index}`);
    for (const id of ids) await tell(id);
    let reads = 0;
    const { transaction } = world.ports.outcomes;
    world.ports.outcomes.transaction = async (key) => {
      reads += 1;
      return transaction(key);
    };
    const first = (await ask('state=pending&limit=100')).json;
    expect(first).toMatchObject({ items: [], hasMore: true });
    expect(reads).toBe(100);
    await record('pay_last');
    const { pages } = await all('state=pending&limit=100');
    expect(pages.map(idsOf)).toEqual([[], ['pay_last']]);
  });

  it('are read strongly: what has left the state since the index was written is not shown', async () => {
    fail();
    await tell('pay_1');
    await tell('pay_2');
    const { undelivered } = world.ports.notifications;
    const stale = new Map<number, Awaited<ReturnType<typeof undelivered>>>();
    world.ports.notifications.undelivered = async (place) => {
      const page = stale.get(place.partition) ?? (await undelivered(place));
      stale.set(place.partition, page);
      return page;
    };
    expect(idsOf((await all('state=exhausted')).items)).toEqual(['pay_1', 'pay_2']);
    await world.call(demo.receiver, 'POST /v1/transactions/pay_1/acknowledge', { version: 1 });
    expect(idsOf((await all('state=exhausted')).items)).toEqual(['pay_2']);
  });

  it('name a transaction that cannot be read, and show the others', async () => {
    for (const id of ['pay_1', 'pay_2', 'pay_3']) await tell(id);
    const { transaction } = world.ports.outcomes;
    world.ports.outcomes.transaction = async (key) => {
      if (key.transactionId !== 'pay_2') return transaction(key);
      throw new Fault({ code: 'unreadable_row', message: 'bad', retryable: false });
    };
    const { json } = await ask();
    expect(idsOf(json.items)).toEqual(['pay_1', 'pay_3']);
    expect(json.unreadable).toEqual([{ transactionId: 'pay_2' }]);
  });

  it('end a page before its answer gets too large, and lose nothing', async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `pay_${index}`);
    for (const id of ids) await tell(id);
    const { transaction } = world.ports.outcomes;
    world.ports.outcomes.transaction = async (key) => {
      const found = await transaction(key);
      const responseSnippet = 'x'.repeat(300_000);
      const notifications = found.notifications.map((one) => ({ ...one, responseSnippet }));
      return { ...found, notifications };
    };
    const { pages, items } = await all();
    expect(idsOf(items)).toEqual(ids);
    expect(Math.max(...pages.map((page) => page.length))).toBe(3);
  });

  it('show another merchant nothing, and nothing older than what is kept', async () => {
    await tell('pay_1');
    const other = await world.merchant('other');
    expect((await world.call(other.receiver, 'GET /v1/deliveries')).json.items).toEqual([]);
    const { nextCursor } = (await ask('limit=1&state=delivered')).json;
    expect(nextCursor).toBeUndefined();
    world.time.nowMs += 91 * 86_400_000;
    expect((await ask()).json.items).toEqual([]);
  });

  it('refuse a cursor of another filter, another list or another merchant', async () => {
    await tell('pay_1');
    await tell('pay_2');
    const { nextCursor } = (await ask('limit=1')).json;
    const other = await world.merchant('other');
    expect((await ask(`cursor=${nextCursor}`)).status).toBe(200);
    for (const [key, path] of [
      [demo.receiver, `/v1/deliveries?state=delivered&cursor=${nextCursor}`],
      [demo.receiver, `/v1/deliveries?endpointId=${hook}&cursor=${nextCursor}`],
      [demo.receiver, `/v1/transactions?cursor=${nextCursor}`],
      [other.receiver, `/v1/deliveries?cursor=${nextCursor}`],
    ] as const) {
      expect((await world.call(key, `GET ${path}`)).json.code).toBe('invalid_cursor');
    }
  });

  it.each([
    ['an unknown state', 'state=lost', 'invalid_value', 'state'],
    ['a page that is too large', 'limit=101', 'invalid_value', 'limit'],
    ['an invalid cursor', 'cursor=AAAA', 'invalid_cursor', 'cursor'],
    [
      'a range that ends before it begins',
      'from=2026-11-20T08:00:00Z&to=2026-11-20T07:00:00Z',
      'invalid_range',
      'to',
    ],
    ['a time before what is kept', 'from=2020-01-01T00:00:00Z', 'beyond_retention', 'from'],
    ['a time in the future', 'from=2027-01-01T00:00:00Z', 'in_future', 'from'],
    ['a date without a time', 'from=2026-11-20', 'invalid_date', 'from'],
  ])('refuse %s', async (_title, query, code, name) => {
    const { json } = await ask(query);
    const pointer = `/query/${name}`;
    expect(json).toMatchObject({ status: 400, code, errors: [{ pointer, code }] });
  });

  it('refuse what is no longer kept, and name the oldest time that is', async () => {
    const { oldest } = (await ask('from=2020-01-01T00:00:00Z')).json;
    expect((await ask(`from=${oldest}`)).status).toBe(200);
  });
});
