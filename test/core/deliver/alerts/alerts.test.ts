import { describe, expect, it } from 'vitest';
import { alertCallbackSchema } from '../../../../lib/api/contract/webhooks.ts';
import type { CallbackRequest } from '../../../../lib/core/deliver/attempt/sender.ts';
import { sweepAll } from '../../../../lib/core/deliver/sweep.ts';
import type { World } from '../../../support/demo-world.ts';
import { createWorld, okExchange, payment, START_MS, statusExchange } from '../../../support/world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SHOP = 'https://shop.example/hooks';
const WATCH = 'https://watch.example/alerts';

type Answers = Readonly<Record<string, number>>;

/** A shop whose endpoint gets outcomes, and an endpoint that gets alerts. */
async function watched(options: { readonly types?: readonly string[]; readonly schedule?: number[] } = {}) {
  const world = createWorld();
  const demo = await world.merchant('demo', { schedule: options.schedule ?? [60] });
  const shop = await demo.endpoint({ url: SHOP });
  const watch = await demo.endpoint({ url: WATCH, types: options.types ?? ['tidings.*'] });
  const record = async (...ids: readonly string[]) => {
    for (const id of ids) {
      await world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment());
    }
    await world.relayAll();
  };
  const alerts = async () => (await world.call(demo.receiver, 'GET /v1/alerts')).json.items;
  return { world, demo, shop, watch, record, alerts };
}

/** Answers by URL; others get 200. */
function answer(world: World, byUrl: Answers) {
  world.receiver.answer = ({ url }) => statusExchange(byUrl[url] ?? 200);
}

const alertsSent = ({ requests }: World) =>
  requests.filter(({ body }) => JSON.parse(body).type.startsWith('tidings.'));
/** The content, which the document describes. */
const contentOf = ({ body }: CallbackRequest) => {
  const content = JSON.parse(body);
  expect(alertCallbackSchema(content.type).safeParse(content).error).toBeUndefined();
  return content;
};

async function sweep(world: World) {
  await sweepAll(world.ports, Number.POSITIVE_INFINITY);
  await world.drain();
}

describe('an alert', () => {
  it('tells the endpoints that asked for it that a notification is exhausted, at once', async () => {
    const { world, shop, record, alerts } = await watched();
    answer(world, { [SHOP]: 500 });
    await record('pay_1');
    await world.drain();
    const [sent] = alertsSent(world);
    expect(alertsSent(world)).toHaveLength(1);
    expect(sent?.url).toBe(WATCH);
    expect(contentOf(sent as CallbackRequest)).toEqual({
      type: 'tidings.notification.exhausted',
      timestamp: new Date(START_MS + MINUTE).toISOString(),
      data: {
        merchantId: 'demo',
        endpointId: shop.endpointId,
        notificationId: `pay_1.1.${shop.endpointId}`,
        transactionId: 'pay_1',
        version: 1,
      },
    });
    expect(sent?.headers).toMatchObject({
      'tidings-attempt': '1',
      'webhook-id': expect.stringMatching(/^msg_/),
    });
    expect(await alerts()).toMatchObject([{ deliveries: [{ state: 'delivered', attempts: 1 }] }]);
  });

  it('tells nobody of an exhausted notification that its receiver acknowledged during the last attempt', async () => {
    const { world, demo, record, alerts } = await watched();
    await record('pay_1');
    let attempts = 0;
    world.receiver.answer = async ({ url }) => {
      if (url !== SHOP) return statusExchange(200);
      attempts += 1;
      const path = 'POST /v1/transactions/pay_1/acknowledge';
      if (attempts === 2) expect((await world.call(demo.receiver, path, { version: 1 })).status).toBe(200);
      return statusExchange(500);
    };
    await world.drain();
    expect(attempts).toBe(2);
    expect(alertsSent(world)).toEqual([]);
    expect(await alerts()).toEqual([]);
  });

  it('tells that the service disabled an endpoint, and leaves out the endpoint itself', async () => {
    const { world, shop, record } = await watched();
    await world.call(world.admin, `PATCH /v1/merchants/demo/endpoints/${shop.endpointId}`, {
      types: ['*', 'tidings.*'],
    });
    answer(world, { [SHOP]: 410 });
    await record('pay_1');
    await world.drain();
    expect(alertsSent(world).map(({ url }) => url)).toEqual([WATCH]);
    expect(contentOf(alertsSent(world)[0] as CallbackRequest)).toMatchObject({
      type: 'tidings.endpoint.disabled',
      data: { merchantId: 'demo', endpointId: shop.endpointId, reason: 'gone' },
    });
  });

  it('tells nobody when an owner disables or deletes an endpoint', async () => {
    const { world, shop, alerts } = await watched();
    const path = `/v1/merchants/demo/endpoints/${shop.endpointId}`;
    await world.call(world.admin, `PATCH ${path}`, { enabled: false });
    await world.call(world.admin, `DELETE ${path}`);
    await world.drain();
    expect(alertsSent(world)).toEqual([]);
    expect(await alerts()).toEqual([]);
  });

  it.each([
    ['*', 0],
    ['payment.*', 0],
    ['tidings.endpoint.disabled', 0],
    ['tidings.notification.exhausted', 1],
    ['tidings.*', 1],
  ])('about an exhausted notification goes to an endpoint with %s: %i', async (type, times) => {
    const { world, record } = await watched({ types: [type] });
    answer(world, { [SHOP]: 500 });
    await record('pay_1');
    await world.drain();
    expect(alertsSent(world)).toHaveLength(times);
  });

  it('is not made where nobody asked for it', async () => {
    const { world, record } = await watched({ types: ['payment.*'] });
    answer(world, { [SHOP]: 500 });
    await record('pay_1');
    await world.drain();
    expect([...world.ports.contents.alerts.values()]).toEqual([]);
  });

  it('goes to endpoints that are enabled now', async () => {
    const { world, watch, record, alerts } = await watched();
    await world.call(world.admin, `PATCH /v1/merchants/demo/endpoints/${watch.endpointId}`, {
      enabled: false,
    });
    answer(world, { [SHOP]: 500 });
    await record('pay_1');
    await world.drain();
    expect(await alerts()).toEqual([]);
  });

  it('is retried on the schedule with the same id and bytes', async () => {
    const { world, record, alerts } = await watched({ schedule: [60, 120] });
    let answers = 0;
    world.receiver.answer = ({ url }) => {
      if (url === SHOP) return statusExchange(500);
      answers += 1;
      return answers < 3 ? statusExchange(503) : okExchange();
    };
    await record('pay_1');
    await world.drain();
    const sent = alertsSent(world);
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1);
    expect(new Set(sent.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(await alerts()).toMatchObject([{ deliveries: [{ state: 'delivered', attempts: 3 }] }]);
  });

  it('that is exhausted makes no other alert, although its endpoint asks for them', async () => {
    const { world, record, alerts } = await watched();
    answer(world, { [SHOP]: 500, [WATCH]: 500 });
    await record('pay_1');
    await world.drain();
    const listed = await alerts();
    expect(listed).toHaveLength(1);
    expect(listed).toMatchObject([{ deliveries: [{ state: 'exhausted' }] }]);
    expect(world.events).toContainEqual(expect.objectContaining({ event: 'alert_undelivered' }));
  });

  it('whose endpoint answers 410 disables the endpoint, which tells the others and not itself', async () => {
    const { world, demo, watch, record } = await watched();
    await demo.endpoint({ url: 'https://other.example/alerts', types: ['tidings.endpoint.disabled'] });
    answer(world, { [SHOP]: 500, [WATCH]: 410 });
    await record('pay_1');
    await world.drain();
    const disabled = alertsSent(world).filter(({ body }) => body.includes('endpoint.disabled'));
    expect(disabled.map(({ url }) => url)).toEqual(['https://other.example/alerts']);
    expect(disabled.map((one) => contentOf(one).data.endpointId)).toEqual([watch.endpointId]);
  });

  it('is blocked when its endpoint was disabled meanwhile', async () => {
    const { world, watch, record, alerts } = await watched({ schedule: [60, 600] });
    answer(world, { [SHOP]: 410, [WATCH]: 503 });
    await record('pay_1');
    const path = `/v1/merchants/demo/endpoints/${watch.endpointId}`;
    while (alertsSent(world).length === 0) await world.deliverOne(world.queue.shift() as never);
    await world.call(world.admin, `PATCH ${path}`, { enabled: false });
    await world.drain();
    expect(await alerts()).toMatchObject([
      { deliveries: [{ state: 'blocked', blockedReason: 'endpoint_disabled' }] },
    ]);
  });
});

describe('repeats within an hour', () => {
  it('make one summary after the hour, with their number', async () => {
    const { world, shop, record, alerts } = await watched();
    answer(world, { [SHOP]: 500 });
    await record('pay_1', 'pay_2', 'pay_3');
    await world.drain();
    expect(alertsSent(world)).toHaveLength(1);
    expect(await alerts()).toMatchObject([
      { data: { summary: { from: '2026-11-20T08:00:00.000Z' } }, deliveries: [{ state: 'pending' }] },
      { data: { transactionId: 'pay_1' } },
    ]);
    await sweep(world);
    expect(alertsSent(world)).toHaveLength(1);
    world.time.nowMs = START_MS + HOUR + 10 * MINUTE;
    await sweep(world);
    const [, summary] = alertsSent(world);
    expect(contentOf(summary as CallbackRequest)).toMatchObject({
      type: 'tidings.notification.exhausted',
      data: {
        merchantId: 'demo',
        endpointId: shop.endpointId,
        summary: {
          from: '2026-11-20T08:00:00.000Z',
          to: '2026-11-20T09:00:00.000Z',
          count: 3,
          isMore: false,
        },
      },
    });
    expect(alertsSent(world)).toHaveLength(2);
  });

  it('are counted once each, and their number stays what was sent first', async () => {
    const { world, record } = await watched({ schedule: [60, 60] });
    let isUp = false;
    world.receiver.answer = ({ url }) => (url === SHOP || !isUp ? statusExchange(503) : okExchange());
    await record('pay_1', 'pay_2');
    await world.drain();
    world.time.nowMs = START_MS + HOUR + 10 * MINUTE;
    await sweepAll(world.ports, Number.POSITIVE_INFINITY);
    await world.deliverOne(world.queue.shift() as never);
    const endpointId = JSON.parse(alertsSent(world).at(-1)?.body ?? '').data.endpointId;
    const type = 'tidings.notification.exhausted' as const;
    const tally = { endpointId, type, hour: '2026-11-20T08:00:00.000Z' };
    await world.ports.alerts.note({ merchantId: 'demo' as never, tally, about: 'late' });
    isUp = true;
    await world.drain();
    const summaries = alertsSent(world).filter(({ body }) => body.includes('summary'));
    expect(summaries.length).toBeGreaterThan(1);
    expect(new Set(summaries.map(({ body }) => JSON.parse(body).data.summary.count))).toEqual(new Set([2]));
  });

  it('of another hour have an alert of their own', async () => {
    const { world, record, alerts } = await watched();
    answer(world, { [SHOP]: 500 });
    await record('pay_1');
    await world.drain();
    world.time.nowMs = START_MS + HOUR;
    await record('pay_2');
    await world.drain();
    expect(
      (await alerts()).map(({ data }: { data: { transactionId: string } }) => data.transactionId),
    ).toEqual(['pay_2', 'pay_1']);
  });
});

describe('a process that dies', () => {
  it('after it put the alert leaves it to the sweep', async () => {
    const { world, record } = await watched();
    answer(world, { [SHOP]: 410 });
    await record('pay_1');
    const { saveEndpoint } = world.ports.merchants;
    world.ports.merchants.saveEndpoint = async () => {
      throw new Error('died');
    };
    await expect(world.deliverOne(world.queue.shift() as never)).rejects.toThrow('died');
    world.ports.merchants.saveEndpoint = saveEndpoint;
    expect(alertsSent(world)).toEqual([]);
    world.time.nowMs += 4 * MINUTE;
    await sweep(world);
    expect(alertsSent(world)).toHaveLength(1);
  });

  it('before it sent the alert leaves it to the sweep', async () => {
    const { world, record } = await watched();
    answer(world, { [SHOP]: 410 });
    const { sendAt } = world.ports.dispatcher;
    await record('pay_1');
    world.ports.dispatcher.sendAt = async () => {
      throw new Error('died');
    };
    await world.deliverOne(world.queue.shift() as never);
    world.ports.dispatcher.sendAt = sendAt;
    world.time.nowMs += 4 * MINUTE;
    await sweep(world);
    expect(alertsSent(world)).toHaveLength(1);
  });

  it.each(['note', 'put', 'read'] as const)(
    'in %s leaves the state unwritten, and both come again',
    async (name) => {
      const { world, demo, record } = await watched({ schedule: [60] });
      answer(world, { [SHOP]: 500 });
      await record('pay_1');
      await world.deliverOne(world.queue.shift() as never);
      const last = world.queue.shift() as never;
      const { alerts } = world.ports;
      world.ports.alerts = { ...alerts, [name]: () => Promise.reject(new Error('died')) };
      world.time.nowMs += MINUTE;
      await expect(world.deliverOne(last)).rejects.toThrow('died');
      const state = async () =>
        (await world.call(demo.receiver, 'GET /v1/transactions/pay_1')).json.notifications[0].state;
      expect(await state()).toBe('retrying');
      world.ports.alerts = alerts;
      await world.deliverOne(last, 2);
      await world.drain();
      expect(await state()).toBe('exhausted');
      expect(alertsSent(world)).toHaveLength(1);
    },
  );
});

describe('the statement of a day', () => {
  it('is announced once the sweep finds the alert, with its revision', async () => {
    const { world, record } = await watched();
    await record('pay_1');
    await world.drain();
    world.time.nowMs = Date.parse('2026-11-21T00:30:00Z');
    for (let run = 0; run < 40; run += 1) await world.closeWindows();
    await world.stateDays();
    expect(alertsSent(world)).toEqual([]);
    world.time.nowMs += 10 * MINUTE;
    await sweep(world);
    expect(alertsSent(world).map((one) => contentOf(one))).toMatchObject([
      {
        type: 'tidings.statement.ready',
        data: { merchantId: 'demo', date: '2026-11-20', revision: expect.any(Number), rows: 1 },
      },
    ]);
    world.requests.length = 0;
    await world.stateDays();
    world.time.nowMs += 10 * MINUTE;
    await sweep(world);
    expect(alertsSent(world)).toEqual([]);
  });

  it('has one alert although the run that put it died before it stored the statement', async () => {
    const { world, record, alerts } = await watched();
    await record('pay_1');
    await world.drain();
    world.time.nowMs = Date.parse('2026-11-21T00:30:00Z');
    for (let run = 0; run < 40; run += 1) await world.closeWindows();
    const { save } = world.ports.statements;
    world.ports.statements.save = async () => {
      throw new Error('died');
    };
    await world.stateDays().catch(() => undefined);
    world.ports.statements.save = save;
    world.time.nowMs += HOUR;
    await world.stateDays();
    expect(await alerts()).toHaveLength(1);
  });
});

describe('outcomes', () => {
  it('have none of an alert: no feed row, notification, count, window or audit of it', async () => {
    const { world, demo, record } = await watched();
    answer(world, { [SHOP]: 500, [WATCH]: 500 });
    await record('pay_1');
    await world.drain();
    await world.countAll();
    world.time.nowMs += 10 * MINUTE;
    const ask = async (path: string) => (await world.call(demo.receiver, `GET ${path}`)).json;
    const undelivered = await ask('/v1/notifications?state=exhausted');
    expect(undelivered.items.map(({ transactionId }: { transactionId: string }) => transactionId)).toEqual([
      'pay_1',
    ]);
    expect((await ask('/v1/transactions?from=2026-11-20T08:00:00Z')).items).toHaveLength(1);
    const stats = await ask('/v1/stats?from=2026-11-20T08:00:00Z&to=2026-11-20T09:00:00Z');
    const attempts = stats.items.map((item: { attempts: number }) => item.attempts);
    expect(attempts).toEqual([2]);
    expect(world.events.filter(({ event }) => event === 'attempt')).toHaveLength(2);
    expect(world.events.filter(({ event }) => event === 'exhausted')).toHaveLength(1);
  });
});
