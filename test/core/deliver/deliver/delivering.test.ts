import { describe, expect, it } from 'vitest';
import { createHttpSender } from '../../../../lib/adapters/http/http-sender.ts';
import { totalSeconds } from '../../../../lib/core/schedule.ts';
import { isoTime } from '../../../../lib/core/time.ts';
import { merchant, succeeded, transaction } from '../../../adapters/support/samples.ts';
import { createWorld, okExchange, payment, START_MS, statusExchange } from '../../../support/world.ts';
import { recorded } from './recorded-payment.ts';

describe('delivering', () => {
  it('delivers at the first attempt and records it', async () => {
    const { world, ask, hook } = await recorded();
    expect((await ask()).notifications).toMatchObject([{ state: 'pending', attempts: [] }]);
    await world.drain();
    expect(world.requests).toHaveLength(1);
    expect((await ask()).notifications).toEqual([
      {
        notificationId: `pay_1.1.${hook.endpointId}`,
        endpointId: hook.endpointId,
        version: 1,
        state: 'delivered',
        attempts: [{ number: 1, at: '2026-11-20T08:00:00.000Z', durationMs: 5, statusCode: 200 }],
      },
    ]);
  });

  it('marks a slow receiver for all instances while it still waits for the answer', async () => {
    const { world, demo } = await recorded();
    const told: boolean[] = [];
    world.receiver.answer = async (_request, patience) => {
      patience?.onExceeded(() => undefined);
      await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_2', payment());
      await world.relayAll();
      told.push(world.queue.some(({ lane }) => lane === 'retry'));
      return okExchange();
    };
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('nothing was relayed');
    await world.deliverOne(first);
    expect(told).toEqual([true]);
  });

  it('hands a first attempt at a slow receiver on to the retry lane, and makes it there', async () => {
    const { world, demo } = await recorded();
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_2', payment());
    await world.relayAll();
    const [first, second] = world.queue.splice(0);
    if (first === undefined || second === undefined) throw new Error('nothing was relayed');
    expect([first.lane, second.lane]).toEqual(['first', 'first']);
    world.receiver.answer = () => ({ ...okExchange(), durationMs: 9_000 });
    await world.deliverOne(first);
    await world.deliverOne(second);
    expect(world.requests).toHaveLength(1);
    expect(world.queue).toEqual([{ ...second, lane: 'retry' }]);
    await world.drain();
    expect(world.requests).toHaveLength(2);
    const { notifications } = (await world.call(demo.receiver, 'GET /v1/transactions/pay_2')).json;
    expect(notifications).toMatchObject([{ state: 'delivered', attempts: [{ number: 1 }] }]);
  });

  it('sends the same id and bytes in every attempt', async () => {
    const { world } = await recorded({ schedule: [1, 1, 1] });
    world.receiver.answer = () => statusExchange(500);
    await world.drain();
    expect(world.requests).toHaveLength(4);
    expect(new Set(world.requests.map(({ body }) => body)).size).toBe(1);
    expect(new Set(world.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(world.requests.map(({ headers }) => headers['tidings-attempt'])).toEqual(['1', '2', '3', '4']);
  });

  it('keeps the preset schedule to its total and ends exhausted, and says so', async () => {
    const { world, ask } = await recorded();
    world.receiver.answer = () => statusExchange(500);
    await world.drain();
    expect(world.requests).toHaveLength(16);
    expect(world.time.nowMs - START_MS).toBe(totalSeconds('wechat') * 1000);
    const [notification] = (await ask()).notifications;
    expect(notification.state).toBe('exhausted');
    expect(notification.nextAttemptAt).toBeUndefined();
    expect(world.events.filter(({ event }) => event === 'exhausted')).toHaveLength(1);
  });

  it('waits as long as Retry-After asks', async () => {
    const { world, ask } = await recorded({ schedule: [10, 10] });
    world.receiver.answer = () => statusExchange(429, '120');
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('nothing was relayed');
    await world.deliverOne(first);
    expect((await ask()).notifications[0].nextAttemptAt).toBe('2026-11-20T08:02:00.000Z');
  });

  it('reports, keeps and shows which fault of TLS it was', async () => {
    const { world, ask } = await recorded({ schedule: [10] });
    const exchange = {
      kind: 'error',
      code: 'tls_failed',
      detail: 'certificate_expired',
      durationMs: 5,
    } as const;
    world.receiver.answer = () => exchange;
    await world.drain();
    const attempts = world.events.filter(({ event }) => event === 'attempt');
    const failed = Array(2).fill({ error: 'tls_failed', detail: 'certificate_expired' });
    expect(attempts).toMatchObject(failed);
    expect((await ask()).notifications[0].attempts).toMatchObject(failed);
  });

  it('disables an endpoint that is gone, and blocks what is open for it', async () => {
    const { world, demo, ask, hook } = await recorded();
    world.receiver.answer = () => statusExchange(410);
    await world.drain();
    expect((await ask()).notifications[0]).toMatchObject({ state: 'blocked', blockedReason: 'gone' });
    const endpoint = await world.call(demo.manager, `GET /v1/merchants/demo/endpoints/${hook.endpointId}`);
    expect(endpoint.json.enabled).toBe(false);
    expect(world.events.map(({ event }) => event)).toContain('endpoint_disabled');
  });

  it('reports that an endpoint is disabled, also if the answer to that write was lost', async () => {
    const { world } = await recorded();
    const { saveEndpoint } = world.ports.merchants;
    world.ports.merchants.saveEndpoint = async (endpoint, expectedRev) => {
      await saveEndpoint(endpoint, expectedRev);
      return saveEndpoint(endpoint, expectedRev);
    };
    world.receiver.answer = () => statusExchange(410);
    await world.drain();
    expect(world.events.filter(({ event }) => event === 'endpoint_disabled')).toHaveLength(1);
  });

  it('blocks only the one notification where the callback URL of a transaction is gone', async () => {
    const { world, ask, hook } = await recorded({}, {}, { notifyUrl: 'https://till.example/1' });
    world.receiver.answer = ({ url }) => (url.includes('till') ? statusExchange(410) : okExchange());
    await world.drain();
    expect(
      (await ask()).notifications.map(({ endpointId, state }: Record<string, string>) => [endpointId, state]),
    ).toEqual([
      [hook.endpointId, 'delivered'],
      ['notify-url', 'blocked'],
    ]);
  });

  it('takes the callback URL from the PENDING where the end names none', async () => {
    const { world, demo } = await recorded(
      {},
      {},
      { status: 'PENDING', notifyUrl: 'https://till.example/1' },
    );
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    await world.relayAll();
    await world.drain();
    expect(world.requests.map(({ url }) => url)).toEqual([
      'https://shop.example/hooks',
      'https://till.example/1',
    ]);
  });

  it('blocks after the guard refused three times in a row', async () => {
    const { world, ask } = await recorded({ schedule: [1, 1, 1, 1, 1] });
    world.receiver.answer = () => ({ kind: 'error', code: 'address_refused', durationMs: 0 });
    await world.drain();
    const [notification] = (await ask()).notifications;
    expect(notification).toMatchObject({ state: 'blocked', blockedReason: 'address_refused' });
    expect(notification.attempts).toHaveLength(3);
  });

  it('blocks an outcome that an initiator wrote itself with an invalid callback URL', async () => {
    const world = createWorld();
    const demo = await world.merchant('demo');
    const transactionId = transaction('pay_1');
    const written = succeeded({ merchantId: merchant('demo'), transactionId, notifyUrl: 'not a URL' });
    await world.ports.outcomes.putIfAbsent({ ...written, listedAt: isoTime(START_MS) }, 0);
    const { send } = createHttpSender({ policy: world.ports.callbackPolicy, now: world.ports.clock.now });
    world.receiver.answer = (request) => send(request);
    await world.relayAll();
    await world.drain();
    const { notifications } = (await world.call(demo.receiver, 'GET /v1/transactions/pay_1')).json;
    expect(notifications).toMatchObject([{ endpointId: 'notify-url', state: 'blocked' }]);
    expect(world.events.map(({ event }) => event)).not.toContain('record_parked');
  });

  it('does not count a 200 with the wrong body as a delivery', async () => {
    const { world, ask } = await recorded({ schedule: [1] }, { expectBody: 'success' });
    world.receiver.answer = () => okExchange('fail');
    await world.drain();
    const [notification] = (await ask()).notifications;
    expect(notification.state).toBe('exhausted');
    expect(notification.attempts[1]).toMatchObject({ error: 'unexpected_body', responseSnippet: 'fail' });
  });

  it('sends no callback for a PENDING', async () => {
    const { world } = await recorded({}, {}, { status: 'PENDING' });
    await world.drain();
    expect(world.requests).toHaveLength(0);
  });
});
