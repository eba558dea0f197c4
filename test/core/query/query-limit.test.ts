import { beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../../lib/api/api-app.ts';
import { operations } from '../../../lib/api/contract/operations.ts';
import { merchantIdSchema } from '../../../lib/core/model.ts';
import { createQueryLimit, MAX_LARGE_QUERIES } from '../../../lib/core/query/query-limit.ts';
import type { Shop, World } from '../../support/demo-world.ts';
import { createWorld, payment } from '../../support/world.ts';

const DEMO = merchantIdSchema().parse('demo');
const LARGE = 'GET /v1/transactions?type=payment';

describe('large questions of one merchant', () => {
  let world: World;
  let demo: Shop;
  let other: typeof demo;
  beforeEach(async () => {
    world = createWorld();
    [demo, other] = [await world.merchant('demo'), await world.merchant('other')];
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
  });

  /** Every read of the feed of `demo` waits until it is let go. */
  function holdFeed() {
    let reached = () => {};
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const isRunning = new Promise<void>((resolve) => {
      let running = 0;
      reached = () => {
        running += 1;
        if (running === MAX_LARGE_QUERIES) resolve();
      };
    });
    const { page } = world.ports.feed;
    world.ports.feed.page = async (options) => {
      if (options.merchantId === DEMO) {
        reached();
        await held;
      }
      return page(options);
    };
    return { isRunning, letGo: () => letGo() };
  }
  const ask = (key: string, request = LARGE) => world.call(key, request);

  it('have a limit for each merchant; the next gets a signed answer with Retry-After, and no other merchant waits', async () => {
    const { isRunning, letGo } = holdFeed();
    const running = Array.from({ length: MAX_LARGE_QUERIES }, () => ask(demo.receiver));
    await isRunning;
    const refused = await ask(demo.manager);
    expect(refused.json).toMatchObject({ status: 429, code: 'too_many_queries', merchantId: 'demo' });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('webhook-signature')).toBeTruthy();
    expect((await ask(other.receiver)).status).toBe(200);
    expect((await ask(demo.receiver, 'GET /v1/transactions/pay_1')).status).toBe(200);
    letGo();
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual(running.map(() => 200));
    world.time.nowMs += 1_000;
    expect((await ask(demo.receiver)).status).toBe(200);
  });

  it('are counted over all processes, and refused without asking the table again for a second', async () => {
    let asked = 0;
    const gate = {
      ...world.ports.gate,
      enter: (...args: Parameters<typeof world.ports.gate.enter>) => {
        asked += 1;
        return world.ports.gate.enter(...args);
      },
    };
    const processes = Array.from({ length: MAX_LARGE_QUERIES + 1 }, () =>
      createQueryLimit({ ...world.ports, gate }),
    );
    const entries = [];
    for (const process of processes) entries.push((await process.enter(DEMO)).kind);
    expect(entries).toEqual([...Array(MAX_LARGE_QUERIES).fill('entered'), 'busy']);
    asked = 0;
    for (let n = 0; n < 50; n += 1) await processes.at(-1)?.enter(DEMO);
    expect(asked).toBe(0);
    world.time.nowMs += 1_000;
    await processes.at(-1)?.enter(DEMO);
    expect(asked).toBe(MAX_LARGE_QUERIES);
  });

  it('leave their place where they fail, and where their process died after its time', async () => {
    world.ports.feed.page = async () => {
      throw new Error('the table is away');
    };
    for (let n = 0; n < 3 * MAX_LARGE_QUERIES; n += 1) expect((await ask(demo.receiver)).status).toBe(500);
    const dead = createQueryLimit(world.ports);
    for (let n = 0; n < MAX_LARGE_QUERIES; n += 1) await dead.enter(DEMO);
    expect((await ask(demo.receiver)).status).toBe(429);
    world.time.nowMs += 24_999;
    expect((await ask(demo.receiver)).status).toBe(429);
    world.time.nowMs += 1_000;
    expect((await ask(demo.receiver)).status).toBe(500);
  });

  it('of an admin have places of their own, so that neither holds up the other', async () => {
    const dead = createQueryLimit(world.ports);
    for (let n = 0; n < MAX_LARGE_QUERIES; n += 1) await dead.enter(DEMO);
    expect((await ask(demo.receiver)).status).toBe(429);
    const asAdmin = () => world.call(world.admin, 'GET /v1/merchants/demo/notifications?state=exhausted');
    expect((await asAdmin()).status).toBe(200);
    for (let n = 0; n < MAX_LARGE_QUERIES; n += 1) await dead.enter(DEMO, 'admin');
    expect((await asAdmin()).status).toBe(429);
    world.time.nowMs += 25_000;
    for (let n = 0; n < MAX_LARGE_QUERIES; n += 1) await dead.enter(DEMO, 'admin');
    expect((await ask(demo.receiver)).status).toBe(200);
  });

  it('are answered all the same where their place cannot be left', async () => {
    world.ports.gate.leave = async () => {
      throw new Error('the table is away');
    };
    expect((await ask(demo.receiver)).status).toBe(200);
  });

  it('are those that read more than a page, and each says so in the contract', () => {
    const large = operations.filter(({ isLarge }) => isLarge !== undefined);
    const names = [
      'listDeliveries',
      'listNotifications',
      'listTransactions',
      'listWindowRows',
      'listWindows',
      'readWindow',
      'reconcile',
      'redeliverRange',
    ];
    const both = names.flatMap((name) => [name, `${name}ForMerchant`]);
    expect(large.map(({ operationId }) => operationId).sort()).toEqual([...both, 'readStats'].sort());
    for (const { merchant } of large) expect(merchant).toMatch(/^(key|path|any)$/);
    const routes = large.map((operation) => ({ operation, handle: async () => ({}) as never }));
    const { limit: _none, ...ports } = {
      ...world.ports,
      limit: undefined,
      authenticate: async () => ({}) as never,
    };
    expect(() => createApp({ ...ports, sign: async () => ({}) as never }, routes)).toThrow('limit');
  });
});
