import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Shop, World } from '../../support/demo-world.ts';
import { verified } from '../../support/verified.ts';
import { createWorld, okExchange, payment, START_MS, statusExchange } from '../../support/world.ts';

const DAY = 86_400_000;

describe('asking for what did not arrive', () => {
  let world: World;
  let demo: Shop;
  let hook: { readonly endpointId: string };
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    world = createWorld();
    demo = await world.merchant('demo', { schedule: [10] });
    hook = await demo.endpoint();
    return () => vi.useRealTimers();
  });
  /** Recorded and attempted until nothing is left to do. */
  const tell = async (transactionId: string, changes: object = {}) => {
    const path = `PUT /v1/merchants/demo/transactions/${transactionId}`;
    await world.call(demo.initiator, path, payment(changes));
    await world.relayAll();
    await world.drain();
    world.time.nowMs += 1_000;
  };
  const ask = (query: string) => world.call(demo.receiver, `GET /v1/notifications?${query}`);
  const idsOf = (items: readonly { readonly transactionId: string }[]) =>
    items.map(({ transactionId }) => transactionId);
  const all = async (query: string) => {
    const items: { readonly transactionId: string; readonly listedAt: string }[] = [];
    for (let cursor = ''; ; ) {
      const { json, status } = await ask(`${query}${cursor}`);
      expect(status).toBe(200);
      items.push(...json.items);
      if (!json.hasMore) return items;
      cursor = `&cursor=${json.nextCursor}`;
    }
  };

  it('says what was tried, why it failed and when it is tried again, signed', async () => {
    await tell('pay_0');
    world.receiver.answer = () => statusExchange(503);
    await tell('pay_1');
    const exhausted = await ask('state=exhausted');
    expect(exhausted.json).toMatchObject({
      merchantId: 'demo',
      request: 'GET /v1/notifications?state=exhausted',
      asOf: new Date(world.time.nowMs - 30_000).toISOString(),
      hasMore: false,
      items: [
        {
          notificationId: `pay_1.1.${hook.endpointId}`,
          transactionId: 'pay_1',
          version: 1,
          endpointId: hook.endpointId,
          state: 'exhausted',
          listedAt: '2026-11-20T08:00:01.000Z',
          attempts: [
            { number: 1, statusCode: 503, error: 'http_server_error' },
            { number: 2, statusCode: 503 },
          ],
        },
      ],
    });
    expect(exhausted.json.items).toHaveLength(1);
    expect(exhausted.json.nextCursor).toBeUndefined();
    expect(verified(exhausted, demo.secret, world.time.nowMs)).toEqual(exhausted.json);
    expect((await ask('state=retrying')).json.items).toEqual([]);

    const path = 'PUT /v1/merchants/demo/transactions/pay_2';
    await world.call(demo.initiator, path, payment());
    await world.relayAll();
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('nothing was relayed');
    await world.deliverOne(first);
    const retrying = (await ask('state=retrying')).json.items;
    expect(retrying).toMatchObject([{ transactionId: 'pay_2', state: 'retrying' }]);
    expect(retrying[0].nextAttemptAt).toBe(new Date(world.time.nowMs + 10_000).toISOString());
  });

  it('says why a notification is blocked, until it is sent again', async () => {
    const till = (name: string) => ({ notifyUrl: `https://${name}.example/1` });
    world.receiver.answer = ({ url }) => {
      if (url.includes('gone')) return statusExchange(410);
      if (url.includes('refused')) return { kind: 'error', code: 'address_refused', durationMs: 0 };
      return okExchange();
    };
    await world.call(world.admin, 'PATCH /v1/merchants/demo', { schedule: [1, 1, 1, 1] });
    await tell('pay_gone', till('gone'));
    await tell('pay_refused', till('refused'));
    const other = await demo.endpoint({ url: 'https://other.example/hooks' });
    const off = async (request: string, body?: object) => {
      await world.call(
        demo.initiator,
        `PUT /v1/merchants/demo/transactions/pay_${request.slice(0, 3)}`,
        payment(),
      );
      await world.relayAll();
      await world.call(demo.manager, `${request} /v1/merchants/demo/endpoints/${other.endpointId}`, body);
      world.time.nowMs += 20_000;
      await world.drain();
    };
    await off('PATCH', { enabled: false });
    await world.call(demo.manager, `PATCH /v1/merchants/demo/endpoints/${other.endpointId}`, {
      enabled: true,
    });
    world.time.nowMs += 20_000;
    await off('DELETE');
    const blocked = (await ask('state=blocked')).json.items;
    expect(
      blocked.map(({ transactionId, blockedReason }: Record<string, string>) => [
        transactionId,
        blockedReason,
      ]),
    ).toEqual([
      ['pay_gone', 'gone'],
      ['pay_refused', 'address_refused'],
      ['pay_PAT', 'endpoint_disabled'],
      ['pay_DEL', 'endpoint_gone'],
    ]);
    const [gone] = blocked;
    await world.call(demo.receiver, `POST /v1/notifications/${gone.notificationId}/redeliver`);
    const again = await world.call(demo.receiver, 'GET /v1/transactions/pay_gone');
    const told = again.json.notifications.find(
      ({ endpointId }: { endpointId: string }) => endpointId === 'notify-url',
    );
    expect(told).toMatchObject({ state: 'retrying' });
    expect(told.blockedReason).toBeUndefined();
    expect(idsOf((await ask('state=blocked')).json.items)).not.toContain('pay_gone');
  });

  it('goes through all partitions with one cursor, in the order of listing', async () => {
    world.receiver.answer = () => statusExchange(500);
    const ids = Array.from({ length: 40 }, (_, index) => `pay_${index}`);
    for (const id of ids) await tell(id);
    for (const limit of [1, 7, 100]) expect(idsOf(await all(`state=exhausted&limit=${limit}`))).toEqual(ids);
  });

  it('shows only those of one endpoint if asked, through pages that others fill', async () => {
    const other = await demo.endpoint({ url: 'https://other.example/hooks' });
    world.receiver.answer = () => statusExchange(500);
    const ids = Array.from({ length: 20 }, (_, index) => `pay_${index}`);
    for (const id of ids) await tell(id, id === 'pay_7' ? { notifyUrl: 'https://till.example/' } : {});
    for (const limit of [1, 100]) {
      const own = await all(`state=exhausted&limit=${limit}&endpointId=${other.endpointId}`);
      expect(idsOf(own)).toEqual(ids);
      expect(own).toMatchObject(ids.map(() => ({ endpointId: other.endpointId })));
    }
    expect(idsOf(await all('state=exhausted&endpointId=notify-url'))).toEqual(['pay_7']);
    expect(await all('state=exhausted&endpointId=ep_unknown')).toEqual([]);
    expect(await all('state=exhausted')).toHaveLength(41);
    const page = await ask(`state=exhausted&limit=1&endpointId=${other.endpointId}`);
    const { nextCursor } = page.json;
    for (const query of ['', `&endpointId=${hook.endpointId}`]) {
      expect((await ask(`state=exhausted${query}&cursor=${nextCursor}`)).json.code).toBe('invalid_cursor');
    }
  });

  it('reads each one strongly: what has left the state since is not shown', async () => {
    world.receiver.answer = () => statusExchange(500);
    for (let index = 0; index < 10; index += 1) await tell(`pay_${index}`);
    const { undelivered } = world.ports.notifications;
    // An index as it was before nine of them were acknowledged.
    const stale = new Map<number, Awaited<ReturnType<typeof undelivered>>>();
    const range = { from: '2026-11-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z', limit: 100 };
    const merchantId = (await world.ports.merchants.read('demo' as never))?.profile.merchantId;
    if (merchantId === undefined) throw new Error('no merchant');
    for (let partition = 0; partition < 16; partition += 1) {
      stale.set(partition, await undelivered({ merchantId, state: 'exhausted', partition, ...range }));
    }
    for (let index = 0; index < 9; index += 1) {
      await world.call(demo.receiver, `POST /v1/transactions/pay_${index}/acknowledge`, { version: 1 });
    }
    world.ports.notifications.undelivered = async ({ partition }) => stale.get(partition) ?? { keys: [] };
    const page = await ask('state=exhausted&limit=5');
    expect(page.json).toMatchObject({ items: [], hasMore: true });
    expect(idsOf((await ask('state=exhausted')).json.items)).toEqual(['pay_9']);
  });

  it('shows what is kept, and another merchant nothing of it', async () => {
    world.receiver.answer = () => statusExchange(500);
    await tell('pay_1');
    const other = await world.merchant('other');
    const others = await world.call(other.receiver, 'GET /v1/notifications?state=exhausted');
    expect(others.json.items).toEqual([]);
    world.time.nowMs = START_MS + 91 * DAY;
    expect((await ask('state=exhausted')).json.items).toEqual([]);
  });

  it.each([
    ['no state', '', 'missing_field', 'state'],
    ['a state that is not undelivered', 'state=delivered', 'invalid_value', 'state'],
    ['a page that is too large', 'state=blocked&limit=101', 'invalid_value', 'limit'],
    ['an endpoint id that cannot be one', 'state=blocked&endpointId=a%20b', 'invalid_id', 'endpointId'],
    ['an invalid cursor', 'state=blocked&cursor=AAAA', 'invalid_cursor', 'cursor'],
  ])('refuses %s', async (_title, query, code, name) => {
    const answer = await ask(query);
    const pointer = `/query/${name}`;
    expect(answer.json).toMatchObject({ status: 400, code, errors: [{ pointer, code }] });
    expect(verified(answer, demo.secret, world.time.nowMs)).toEqual(answer.json);
  });

  it('refuses a cursor of another state, another list or another merchant', async () => {
    world.receiver.answer = () => statusExchange(500);
    await tell('pay_1');
    await tell('pay_2');
    const { nextCursor } = (await ask('state=exhausted&limit=1')).json;
    expect((await ask(`state=exhausted&cursor=${nextCursor}`)).status).toBe(200);
    expect((await ask(`state=blocked&cursor=${nextCursor}`)).json.code).toBe('invalid_cursor');
    const feed = await world.call(demo.receiver, `GET /v1/transactions?cursor=${nextCursor}`);
    expect(feed.json.code).toBe('invalid_cursor');
    const other = await world.merchant('other');
    const others = await world.call(
      other.receiver,
      `GET /v1/notifications?state=exhausted&cursor=${nextCursor}`,
    );
    expect(others.json.code).toBe('invalid_cursor');
  });
});
