import { describe, expect, it } from 'vitest';
import { circuitOf } from '../../../../lib/core/deliver/attempt/target.ts';
import type { NotificationMessage } from '../../../../lib/core/deliver/state/notification.ts';
import { endpointIdSchema, merchantIdSchema } from '../../../../lib/core/model.ts';
import { audit, sweep } from '../../../support/scheduled-runs.ts';
import { createWorld, payment } from '../../../support/world.ts';

const MINUTE = 60_000;
const merchantId = merchantIdSchema().parse('demo');

/** A merchant with one endpoint, and `count` outcomes whose messages are in the first lane. */
async function limited(ratePerSecond: number, count: number, settings: object = {}) {
  const world = createWorld();
  const demo = await world.merchant('demo', settings);
  const { endpointId } = await demo.endpoint({ ratePerSecond });
  const record = async (id: string) => {
    const path = `PUT /v1/merchants/demo/transactions/${id}`;
    expect((await world.call(demo.initiator, path, payment())).status).toBe(201);
  };
  for (let n = 0; n < count; n += 1) await record(`pay_${n}`);
  await world.relayAll();
  const sentAtMs: number[] = [];
  world.receiver.answer = () => {
    sentAtMs.push(world.time.nowMs);
    return { kind: 'response', statusCode: 200, body: '', durationMs: 5 };
  };
  const notificationOf = async (id: string) => {
    const { json } = await world.call(demo.receiver, `GET /v1/transactions/${id}`);
    return json.notifications[0];
  };
  const batch = () => Promise.all(world.queue.splice(0).map((sent) => world.deliverOne(sent)));
  return {
    world,
    demo,
    endpointId: endpointIdSchema().parse(endpointId),
    record,
    sentAtMs,
    notificationOf,
    batch,
  };
}

describe('the rate of an endpoint', () => {
  it('spreads a burst over time: every outcome is delivered, at no more than the rate', async () => {
    const { world, sentAtMs, notificationOf } = await limited(2, 30);
    const startMs = world.time.nowMs;
    await world.drain();
    expect(sentAtMs).toHaveLength(30);
    for (const ms of sentAtMs) {
      expect(sentAtMs.filter((other) => other >= ms && other <= ms + 1_000).length).toBeLessThanOrEqual(4);
    }
    expect(world.time.nowMs - startMs).toBeLessThan(16_000);
    expect((await notificationOf('pay_29')).state).toBe('delivered');
  });

  it('costs an endpoint without one neither a read nor a write', async () => {
    const world = createWorld();
    const demo = await world.merchant('demo');
    await demo.endpoint();
    await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    await world.relayAll();
    const slots = () => Promise.reject(new Error('The slots were asked.'));
    Object.assign(world.ports.slots, { read: slots, save: slots });
    await world.drain();
    expect(world.requests).toHaveLength(1);
  });

  it('sends a short wait back with a delay and without a write, and writes a long one at once', async () => {
    const { world, batch, notificationOf } = await limited(1, 70);
    await batch();
    expect(world.requests).toHaveLength(1);
    expect(world.queue.every(({ lane, message }) => lane === 'retry' && 'slotMs' in message)).toBe(true);
    const pending = [...world.ports.contents.notifications.values()].filter(
      ({ state }) => state === 'pending',
    );
    const waits = pending.map(({ nextAttemptAt }) => Date.parse(nextAttemptAt ?? '') - world.time.nowMs);
    expect(waits.length).toBeGreaterThan(0);
    expect(Math.min(...waits)).toBeGreaterThan(MINUTE);
    await world.drain();
    expect((await notificationOf('pay_69')).state).toBe('delivered');
  });

  it.each([
    { lateness: 'short', waitedMs: 0, rev: 0 },
    { lateness: 'long', waitedMs: 2 * MINUTE, rev: 1 },
  ])('reserves nothing for a request that lost every race, after a $lateness wait', async (lost) => {
    const { world, batch } = await limited(1, 2);
    const [first, second] = world.queue.splice(0);
    if (first === undefined || second === undefined) throw new Error('two messages');
    world.time.nowMs += lost.waitedMs;
    const slotMs = world.time.nowMs;
    world.queue.push(first, { ...second, message: { ...second.message, slotMs } as NotificationMessage });
    const { save } = world.ports.slots;
    Object.assign(world.ports.slots, { save: async () => false });
    await batch();
    const came = world.queue.map(({ message }) => message);
    expect(came.map(({ rev }) => rev)).toEqual([lost.rev, lost.rev]);
    // Who had a slot keeps it, and goes before those that come later.
    expect(came.map((message) => ('slotMs' in message ? message.slotMs : 'none'))).toEqual(['none', slotMs]);
    Object.assign(world.ports.slots, { save });
    await world.drain();
    expect(world.requests).toHaveLength(2);
  });

  it('lets the audit count nothing lost, however long outcomes wait', async () => {
    const { world } = await limited(0.1, 350);
    const deadlineMs = world.time.nowMs + 45 * MINUTE;
    await runUntil(world, deadlineMs);
    expect(world.events.filter(({ event }) => event === 'lost')).toEqual([]);
    expect(world.requests.length).toBeGreaterThan(200);
    expect(world.requests.length).toBeLessThanOrEqual(272);
  });

  it('delivers what found no slot by the due index and the sweep', async () => {
    const { world, sentAtMs } = await limited(0.1, 150);
    await runUntil(world, world.time.nowMs + 60 * MINUTE);
    expect(sentAtMs).toHaveLength(150);
    const spanMs = (sentAtMs.at(-1) ?? 0) - (sentAtMs[0] ?? 0);
    expect(spanMs).toBeGreaterThanOrEqual(149 * 10_000);
  });

  it('does not let the horizon run before the first attempt: nothing is exhausted unattempted', async () => {
    const { world, endpointId } = await limited(0.1, 700, { schedule: [1] });
    const [endpoint] = (await world.ports.merchants.read(merchantId))?.endpoints ?? [];
    const circuit = circuitOf({ merchantId, endpointId }, { endpoint });
    const states = () =>
      [...world.ports.contents.notifications.values()].map(({ state, attempts }) => ({ state, attempts }));
    await runUntil(world, world.time.nowMs + 80 * MINUTE);
    const waiting = states().filter(({ attempts }) => attempts.length === 0).length;
    expect(waiting).toBeGreaterThan(100);
    // An endpoint without a rate would have been attempted; its horizon would have ended by now.
    const openedAt = new Date(world.time.nowMs).toISOString();
    const probeAt = new Date(world.time.nowMs + 600 * MINUTE).toISOString();
    await world.ports.healthStore.save(
      circuit,
      { breaker: 'open', openedAt, probeAt, slow: false, rev: 1 },
      0,
    );
    await runUntil(world, world.time.nowMs + 50 * MINUTE);
    expect(states().filter(({ state }) => state === 'exhausted')).toEqual([]);
    // From the breaker's first deferral on, it is as for any dead endpoint.
    await runUntil(world, world.time.nowMs + 180 * MINUTE);
    expect(states().filter(({ state }) => state === 'exhausted').length).toBeGreaterThan(0);
  });

  it('applies to retries and redeliveries alike', async () => {
    const { world, demo, endpointId, sentAtMs } = await limited(1, 6, { schedule: [5, 5] });
    await world.drain();
    const before = sentAtMs.length;
    for (let n = 0; n < 6; n += 1) {
      const path = `POST /v1/notifications/pay_${n}.1.${endpointId}/redeliver`;
      expect((await world.call(demo.receiver, path)).status).toBeLessThan(300);
    }
    await world.drain();
    const again = sentAtMs.slice(before);
    expect(again).toHaveLength(6);
    for (const ms of again) {
      expect(again.filter((other) => other >= ms && other < ms + 1_000).length).toBeLessThanOrEqual(2);
    }
  });

  it('does not keep the probe of an open breaker waiting', async () => {
    const { world, endpointId } = await limited(0.1, 5);
    const [endpoint] = (await world.ports.merchants.read(merchantId))?.endpoints ?? [];
    const circuit = circuitOf({ merchantId, endpointId }, { endpoint });
    const [last, ...others] = world.queue.splice(0);
    if (last === undefined) throw new Error('no messages');
    for (const one of others) await world.deliverOne(one);
    expect(world.requests).toHaveLength(1);
    const at = new Date(world.time.nowMs).toISOString();
    const health = { breaker: 'open', openedAt: at, probeAt: at, slow: false, rev: 1 } as const;
    await world.ports.healthStore.save(circuit, health, 0);
    // Later than a process remembers health, and while three others wait for their slots.
    world.time.nowMs += 11_000;
    await world.deliverOne({ ...last, lane: 'retry' });
    expect(world.requests).toHaveLength(2);
  });

  it('may change while messages wait: a higher one is used by what comes, none lets everything go', async () => {
    const { world, demo, endpointId, batch, sentAtMs } = await limited(0.1, 20);
    await batch();
    const path = `PATCH /v1/merchants/demo/endpoints/${endpointId}`;
    expect((await world.call(demo.manager, path, { ratePerSecond: 50 })).json.ratePerSecond).toBe(50);
    expect((await world.call(demo.manager, path, { ratePerSecond: null })).json).not.toHaveProperty(
      'ratePerSecond',
    );
    await world.drain();
    expect(sentAtMs).toHaveLength(20);
  });
});

type LimitedWorld = Awaited<ReturnType<typeof limited>>['world'];

/** Delivers, sweeps, closes and audits each minute, as the functions do. */
async function runUntil(world: LimitedWorld, untilMs: number): Promise<void> {
  while (world.time.nowMs < untilMs) {
    const minuteMs = world.time.nowMs + MINUTE;
    for (;;) {
      world.queue.sort((a, b) => a.atMs - b.atMs);
      const [next] = world.queue;
      if (next === undefined || next.atMs > minuteMs) break;
      world.queue.shift();
      world.time.nowMs = Math.max(world.time.nowMs, next.atMs);
      await world.deliverOne(next);
    }
    world.time.nowMs = minuteMs;
    await sweep(world);
    await world.closeWindows();
    await audit(world);
  }
}
