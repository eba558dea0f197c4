import { describe, expect, it } from 'vitest';
import { createHttpSender } from '../../../lib/adapters/http/http-sender.ts';
import { RECEIVES_OF_UNKNOWN } from '../../../lib/core/runtime/queue-message.ts';
import { totalSeconds } from '../../../lib/core/schedule.ts';
import { isoTime } from '../../../lib/core/time.ts';
import { merchant, succeeded, transaction } from '../../adapters/support/samples.ts';
import { createWorld, okExchange, payment, START_MS, statusExchange } from '../../support/world.ts';

async function recorded(settings: object = {}, endpoint: object = {}, changes: object = {}) {
  const world = createWorld();
  const demo = await world.merchant('demo', settings);
  const hook = await demo.endpoint(endpoint);
  const put = await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment(changes));
  expect(put.status).toBe(201);
  await world.relayAll();
  const ask = async () => (await world.call(demo.receiver, 'GET /v1/transactions/pay_1')).json;
  return { world, demo, hook, ask };
}

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

  it('tells the others of a slow receiver while it still waits for the answer', async () => {
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

  it('tells operators which fault of TLS it was', async () => {
    const { world } = await recorded({ schedule: [10] });
    const exchange = {
      kind: 'error',
      code: 'tls_failed',
      detail: 'CERT_HAS_EXPIRED',
      durationMs: 5,
    } as const;
    world.receiver.answer = () => exchange;
    await world.drain();
    const attempts = world.events.filter(({ event }) => event === 'attempt');
    expect(attempts).toMatchObject(Array(2).fill({ error: 'tls_failed', detail: 'CERT_HAS_EXPIRED' }));
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

  it('tells operators that an endpoint is disabled, also where the answer to that write was lost', async () => {
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

  it('blocks what an initiator wrote by itself with a callback URL that is none', async () => {
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

  it('does not take a 200 with the wrong body for a delivery', async () => {
    const { world, ask } = await recorded({ schedule: [1] }, { expectBody: 'success' });
    world.receiver.answer = () => okExchange('fail');
    await world.drain();
    const [notification] = (await ask()).notifications;
    expect(notification.state).toBe('exhausted');
    expect(notification.attempts[1]).toMatchObject({ error: 'unexpected_body', responseSnippet: 'fail' });
  });

  it('says nothing of a PENDING', async () => {
    const { world } = await recorded({}, {}, { status: 'PENDING' });
    await world.drain();
    expect(world.requests).toHaveLength(0);
  });
});

describe('the fence', () => {
  it('lets one of two messages for the same attempt schedule what follows', async () => {
    const { world } = await recorded({ schedule: [10, 10] });
    world.receiver.answer = () => statusExchange(500);
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('nothing was relayed');
    await Promise.all([world.deliverOne(first), world.deliverOne(first)]);
    expect(world.queue).toHaveLength(1);
    await world.drain();
    expect(world.requests).toHaveLength(4);
  });

  it('lets the message of an earlier attempt, arriving late, do nothing', async () => {
    const { world } = await recorded({ schedule: [10, 10] });
    world.receiver.answer = () => statusExchange(500);
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('nothing was relayed');
    await world.deliverOne(first);
    const [second] = world.queue.splice(0);
    if (second === undefined) throw new Error('no second attempt');
    await world.deliverOne(second);
    await world.deliverOne(second);
    expect(world.requests).toHaveLength(2);
    expect(world.queue).toHaveLength(1);
  });

  it('brings back what died between the write and the schedule', async () => {
    const { world, ask } = await recorded({ schedule: [10] });
    world.receiver.answer = () => statusExchange(500);
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('nothing was relayed');
    const { sendAt } = world.ports.dispatcher;
    world.ports.dispatcher.sendAt = () => Promise.reject(new Error('died here'));
    await expect(world.deliverOne(first)).rejects.toThrow('died here');
    world.ports.dispatcher.sendAt = sendAt;
    expect(world.queue).toHaveLength(0);

    await world.deliverOne(first, 2);
    expect(world.requests).toHaveLength(1);
    expect(world.queue).toMatchObject([{ atMs: START_MS + 10_000 }]);
    await world.drain();
    expect((await ask()).notifications[0].state).toBe('exhausted');
  });

  it('lets a 2xx stand that was overtaken by another attempt’s failure', async () => {
    const { world, ask } = await recorded({ schedule: [10, 10] });
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('nothing was relayed');
    let overtake = true;
    world.receiver.answer = async () => {
      if (!overtake) return statusExchange(500);
      overtake = false;
      await world.deliverOne(first);
      return okExchange();
    };
    await world.deliverOne(first);
    expect((await ask()).notifications[0].state).toBe('delivered');
    await world.drain();
    expect(world.requests).toHaveLength(2);
  });

  it('never lets a failure undo a delivery', async () => {
    const { world, ask } = await recorded({ schedule: [10, 10] });
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('nothing was relayed');
    await world.deliverOne(first);
    world.receiver.answer = () => statusExchange(500);
    await world.deliverOne(first);
    expect((await ask()).notifications[0]).toMatchObject({ state: 'delivered', attempts: [{ number: 1 }] });
    expect(world.queue).toHaveLength(0);
  });
});

describe('what must not be lost or blocked', () => {
  const firstOf = (world: ReturnType<typeof createWorld>) => {
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('nothing was relayed');
    return first;
  };

  it('knows its own write again where the answer to it was lost', async () => {
    const { world } = await recorded({ schedule: [10] });
    world.receiver.answer = () => statusExchange(500);
    const { save } = world.ports.notifications;
    world.ports.notifications.save = async (...args) => {
      await save(...args);
      return save(...args);
    };
    await world.deliverOne(firstOf(world));
    expect(world.queue).toMatchObject([{ lane: 'retry', message: { rev: 1 } }]);
  });

  it('revives what is overdue by a dead letter that was put back', async () => {
    const { world } = await recorded({ schedule: [10, 10] });
    world.receiver.answer = () => statusExchange(500);
    const first = firstOf(world);
    await world.deliverOne(first);
    world.queue.splice(0);
    world.time.nowMs += 3_600_000;
    await world.deliverOne({ ...first, lane: 'retry' });
    expect(world.queue).toMatchObject([{ message: { rev: 1 } }]);
  });

  it('tells of an end that was written by a message that died before it told', async () => {
    const { world } = await recorded({ schedule: [1] });
    world.receiver.answer = () => statusExchange(500);
    await world.deliverOne(firstOf(world));
    const last = firstOf(world);
    const { report } = world.ports.reporter;
    world.ports.reporter.report = (event) => {
      if (event.event === 'exhausted') throw new Error('died here');
      report(event);
    };
    await expect(world.deliverOne(last)).rejects.toThrow('died here');
    world.ports.reporter.report = report;
    await world.deliverOne(last, 2);
    expect(world.events).toContainEqual(expect.objectContaining({ event: 'exhausted' }));
  });

  it('never blocks a new endpoint because an old list of endpoints is still remembered', async () => {
    const { world, demo } = await recorded();
    await world.drain();
    world.time.nowMs += 1;
    await demo.endpoint({ url: 'https://shop.example/new' });
    world.time.nowMs += 1;
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_2', payment());
    await world.relayAll();
    await world.drain();
    const asked = await world.call(demo.receiver, 'GET /v1/transactions/pay_2');
    expect(asked.json.notifications.map(({ state }: { state: string }) => state)).toEqual([
      'delivered',
      'delivered',
    ]);
  });

  it('holds nothing against an endpoint that was given another URL', async () => {
    const { world, demo, hook } = await recorded({ schedule: Array(30).fill(10) });
    world.receiver.answer = () => statusExchange(500);
    for (let attempt = 0; attempt < 25; attempt += 1) {
      const next = firstOf(world);
      world.time.nowMs = Math.max(world.time.nowMs, next.atMs);
      await world.deliverOne(next);
    }
    const before = world.requests.length;
    expect(before).toBeLessThan(25);
    await world.call(demo.manager, `PATCH /v1/merchants/demo/endpoints/${hook.endpointId}`, {
      url: 'https://shop.example/moved',
    });
    world.time.nowMs += 10_001;
    world.receiver.answer = () => okExchange();
    await world.deliverOne(firstOf(world));
    expect(world.requests.at(-1)?.url).toBe('https://shop.example/moved');
  });

  it('tells of the disabling where the function dies right after it', async () => {
    const { world } = await recorded();
    const { saveEndpoint } = world.ports.merchants;
    world.receiver.answer = () => statusExchange(410);
    world.ports.merchants.saveEndpoint = async (...write) => {
      await saveEndpoint(...write);
      throw new Error('died');
    };
    const message = firstOf(world);
    await expect(world.deliverOne(message)).rejects.toThrow('died');
    world.ports.merchants.saveEndpoint = saveEndpoint;
    await world.deliverOne(message, 2);
    expect(world.events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['endpoint_disabled', 'blocked']),
    );
  });

  it('disables an endpoint that was called in vain on five days', async () => {
    const { world, demo, hook } = await recorded();
    world.receiver.answer = () => statusExchange(500);
    const isEnabled = async () =>
      (await world.call(demo.manager, `GET /v1/merchants/demo/endpoints/${hook.endpointId}`)).json.enabled;
    for (let day = 1; day <= 5; day += 1) {
      await world.deliverOne(firstOf(world));
      world.queue.splice(0);
      expect(await isEnabled()).toBe(true);
      world.time.nowMs += 86_400_000;
      const path = `PUT /v1/merchants/demo/transactions/pay_on_${day}`;
      await world.call(demo.initiator, path, payment());
      await world.relayAll();
    }
    await world.deliverOne(firstOf(world));
    expect(await isEnabled()).toBe(false);
    expect(world.events).toContainEqual({
      event: 'endpoint_disabled',
      merchantId: 'demo',
      endpointId: hook.endpointId,
      reason: 'failing_for_days',
    });
  });

  it('leaves an endpoint alone whose old URL was the one that is gone', async () => {
    const { world, demo, hook } = await recorded();
    const path = `/v1/merchants/demo/endpoints/${hook.endpointId}`;
    world.receiver.answer = async () => {
      await world.call(demo.manager, `PATCH ${path}`, { url: 'https://shop.example/moved' });
      return statusExchange(410);
    };
    await world.deliverOne(firstOf(world));
    expect((await world.call(demo.manager, `GET ${path}`)).json.enabled).toBe(true);
    expect(world.events.map(({ event }) => event)).not.toContain('endpoint_disabled');
  });
});

describe('a message', () => {
  it.each([
    ['{', 'malformed_json'],
    ['{"__proto__":1}', 'forbidden_key'],
    ['[{"merchantId":"demo"}]', 'not_a_notification_message'],
    ['"demo"', 'not_a_notification_message'],
    ['null', 'not_a_notification_message'],
  ])('that is %s ends among the dead letters with the reason', async (body, reason) => {
    const world = createWorld();
    const { handleMessage } = await import('../../../lib/core/deliver/messages.ts');
    await handleMessage(world.ports, { messageId: 'm', body, receivedTimes: 1, lane: 'first' });
    expect(world.deadLetters).toHaveLength(1);
    expect(world.deadLetters[0]?.reason).toContain(reason);
    expect(world.events).toMatchObject([{ event: 'message_malformed' }]);
  });

  it.each([
    ['of another kind', { alertId: 'al_1', merchantId: 'demo' }],
    ['of a later form', { merchantId: 'demo', of: { transactionId: 'pay_1', version: 1 }, rev: '0' }],
  ])(
    '%s comes back, since a newer version may have sent it, until the last receive but one',
    async (_, sent) => {
      const world = createWorld();
      const { handleMessage } = await import('../../../lib/core/deliver/messages.ts');
      const body = JSON.stringify(sent);
      const receive = (receivedTimes: number) =>
        handleMessage(world.ports, { messageId: 'm', body, receivedTimes, lane: 'retry' });
      for (let receives = 1; receives < RECEIVES_OF_UNKNOWN; receives += 1) {
        await expect(receive(receives)).rejects.toMatchObject({ code: 'unknown_message', retryable: true });
      }
      expect(world.deadLetters).toEqual([]);
      expect(new Set(world.events.map(({ event }) => event))).toEqual(new Set(['message_failed']));

      await receive(RECEIVES_OF_UNKNOWN);
      expect(world.deadLetters).toMatchObject([{ body }]);
      expect(world.deadLetters[0]?.reason).toContain('not_a_notification_message /');
      expect(world.events.at(-1)).toMatchObject({ event: 'message_malformed' });
    },
  );

  it('that names an outcome which is not there ends among the dead letters', async () => {
    const { world } = await recorded();
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('nothing was relayed');
    await world.deliverOne({ ...first, message: { ...first.message, version: 2 } });
    expect(world.deadLetters).toMatchObject([{ reason: 'unknown_outcome' }]);
    expect(world.requests).toHaveLength(0);
  });
});
