import { describe, expect, it } from 'vitest';
import { RECEIVES_OF_UNKNOWN } from '../../../../lib/core/runtime/queue-message.ts';
import type { World } from '../../../support/demo-world.ts';
import { createWorld, okExchange, payment, statusExchange } from '../../../support/world.ts';
import { recorded } from './recorded-payment.ts';

describe('what must not be lost or blocked', () => {
  const firstOf = (world: World) => {
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

  it('reports a final state that was written by a message that died before its report', async () => {
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

  it('reports that an endpoint is disabled, also if the function dies right after the write', async () => {
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
    const { handleMessage } = await import('../../../../lib/core/deliver/messages.ts');
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
      const { handleMessage } = await import('../../../../lib/core/deliver/messages.ts');
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
