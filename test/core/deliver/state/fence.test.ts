import { describe, expect, it } from 'vitest';
import { untried } from '../../../../lib/core/deliver/state/notification.ts';
import { Fault } from '../../../../lib/core/faults.ts';
import type { EndpointId, MerchantId, TransactionId } from '../../../../lib/core/model.ts';
import { PARTITIONS } from '../../../../lib/core/partitions.ts';
import { isoTime } from '../../../../lib/core/time.ts';
import { sweep } from '../../../support/scheduled-runs.ts';
import { createWorld, okExchange, payment, statusExchange } from '../../../support/world.ts';
import { MINUTE, recorded, sweepOne, take } from './fenced-payment.ts';

/** The interleavings that `rev` is for, each by its name. */

describe('the fence', () => {
  it('sweep and Scheduler both firing: one attempt is kept, one next attempt follows', async () => {
    const { world, notification } = await recorded([1_800, 10]);
    world.receiver.answer = () => statusExchange(500);
    await world.deliverOne(take(world));
    const scheduled = take(world);
    world.time.nowMs += 1_800_000 + 4 * MINUTE;
    expect(await sweep(world)).toBe(1);
    await Promise.all([world.deliverOne(scheduled), world.deliverOne(take(world))]);
    expect((await notification()).attempts).toHaveLength(2);
    expect(world.queue).toHaveLength(1);
  });

  it('acknowledge while a request is in flight: a failure changes nothing, and no retry follows', async () => {
    const { world, notification, acknowledge } = await recorded();
    world.receiver.answer = async () => {
      await acknowledge();
      return statusExchange(500);
    };
    await world.deliverOne(take(world));
    expect(await notification()).toMatchObject({ state: 'acknowledged' });
    expect(world.queue).toHaveLength(0);
  });

  it('acknowledge while a request is in flight: a 2xx leaves it acknowledged', async () => {
    const { world, notification, acknowledge } = await recorded();
    world.receiver.answer = async () => {
      await acknowledge();
      return okExchange();
    };
    await world.deliverOne(take(world));
    expect(await notification()).toMatchObject({ state: 'acknowledged' });
  });

  it('acknowledge stops what is scheduled already', async () => {
    const { world, notification, acknowledge } = await recorded();
    world.receiver.answer = () => statusExchange(500);
    await world.deliverOne(take(world));
    expect((await acknowledge()).json.notifications).toMatchObject([{ state: 'acknowledged' }]);
    await world.drain();
    expect(world.requests).toHaveLength(1);
    expect((await notification()).nextAttemptAt).toBeUndefined();
  });

  it('a failed redelivery of what was delivered leaves it delivered, and is no schedule of its own', async () => {
    const { world, notification, redeliver } = await recorded();
    await world.drain();
    world.receiver.answer = () => statusExchange(500);
    expect((await redeliver()).status).toBe(202);
    await world.drain();
    expect(await notification()).toMatchObject({
      state: 'delivered',
      attempts: [{ statusCode: 200 }, { number: 2, error: 'http_server_error' }],
    });
    expect((await notification()).nextAttemptAt).toBeUndefined();
  });

  it('a redelivery of what is exhausted begins the schedule anew', async () => {
    const { world, notification, redeliver } = await recorded();
    world.receiver.answer = () => statusExchange(500);
    await world.drain();
    expect((await notification()).state).toBe('exhausted');
    await redeliver();
    expect((await notification()).state).toBe('retrying');
    world.receiver.answer = () => okExchange();
    await world.drain();
    expect((await notification()).state).toBe('delivered');
  });

  it('a redelivery while an attempt is in flight is not undone by the attempt that fails', async () => {
    const { world, notification, redeliver } = await recorded([10]);
    let isFirst = true;
    world.receiver.answer = async () => {
      if (!isFirst) return okExchange();
      isFirst = false;
      await redeliver();
      return statusExchange(500);
    };
    await world.deliverOne(take(world));
    await world.drain();
    expect((await notification()).state).toBe('delivered');
  });

  it("a deferral's message lost: the sweep finds it", async () => {
    const { world, notification } = await recorded([10]);
    const first = take(world);
    world.ports.health.admit = async () => ({
      kind: 'defer',
      probeAtMs: world.time.nowMs + MINUTE,
      openedAtMs: world.time.nowMs,
    });
    await world.deliverOne(first);
    expect(await notification()).toMatchObject({ state: 'pending', attempts: [] });
    world.queue.splice(0);
    world.ports.health.admit = async () => ({ kind: 'go' });
    world.time.nowMs += 5 * MINUTE;
    expect(await sweep(world)).toBe(1);
    await world.drain();
    expect((await notification()).state).toBe('delivered');
  });

  it('a sweep that comes again within the lease sends nothing again', async () => {
    const { world } = await recorded();
    world.receiver.answer = () => statusExchange(500);
    await world.deliverOne(take(world));
    world.queue.splice(0);
    world.time.nowMs += 5 * MINUTE;
    expect(await sweep(world)).toBe(1);
    world.time.nowMs += 14 * MINUTE;
    expect(await sweep(world)).toBe(0);
    world.time.nowMs += 5 * MINUTE;
    expect(await sweep(world)).toBe(1);
  });

  it('above its bound the sweep leaves alone what is surely dead', async () => {
    const { world } = await recorded();
    world.receiver.answer = () => statusExchange(500);
    await world.deliverOne(take(world));
    world.queue.splice(0);
    world.time.nowMs += 5 * MINUTE;
    world.ports.dispatcher.backlog = async () => 10_000;
    world.ports.health.isOpen = async () => true;
    expect(await sweep(world)).toBe(0);
    world.ports.health.isOpen = async () => false;
    expect(await sweep(world)).toBe(1);
  });

  it('above its bound the sweep finds one that lives behind thousands that are dead', async () => {
    const world = createWorld();
    const DEAD = 1_300;
    const rows = Array.from({ length: DEAD + 1 }, (_, n) => ({
      ...untried(
        {
          merchantId: 'demo' as MerchantId,
          transactionId: `pay_${n}` as TransactionId,
          version: 1,
          endpointId: (n === DEAD ? 'alive' : 'dead') as EndpointId,
        },
        isoTime(world.time.nowMs),
      ),
      nextAttemptAt: isoTime(world.time.nowMs + n),
    }));
    for (const row of rows) await world.ports.notifications.save(row, 'absent');
    await world.merchant('demo');
    world.time.nowMs += 5 * MINUTE;
    world.ports.dispatcher.backlog = async () => 10_000;
    world.ports.health.isOpen = async ({ circuitId }) => circuitId === 'dead';
    // All in one partition, so that they are in each other's way.
    const { page } = world.ports.dueIndex;
    const all = (
      await Promise.all(Array.from({ length: PARTITIONS }, (_, partition) => allDue(partition)))
    ).flat();
    world.ports.dueIndex.page = async ({ partition, limit, cursor }) => {
      const from = Number(cursor ?? 0);
      if (partition !== 0) return { keys: [] };
      const rest = from + limit < all.length && { cursor: String(from + limit) };
      return { keys: all.slice(from, from + limit), ...rest };
    };
    expect(await sweep(world)).toBe(1);
    expect(world.queue).toMatchObject([{ message: { endpointId: 'alive' } }]);

    async function allDue(partition: number) {
      return (await page({ partition, before: isoTime(world.time.nowMs), limit: 10_000 })).keys;
    }
  });

  it('sends what the sweep has leased although another row could not be', async () => {
    const { world, demo } = await recorded();
    for (let n = 2; n < 40; n += 1) {
      await world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/pay_${n}`, payment());
    }
    await world.relayAll();
    world.receiver.answer = () => statusExchange(500);
    for (let sent = world.queue.shift(); sent?.lane === 'first'; sent = world.queue.shift()) {
      await world.deliverOne(sent);
    }
    world.queue.splice(0);
    world.time.nowMs += 5 * MINUTE;
    const { lease } = world.ports.notifications;
    let isBroken = true;
    world.ports.notifications.lease = async (notification, until) => {
      if (!isBroken || notification.transactionId !== 'pay_7') return lease(notification, until);
      isBroken = false;
      throw new Error('the table is away');
    };
    await expect(sweep(world)).rejects.toThrow('the table is away');
    await sweep(world);
    expect(new Set(world.queue.map(({ message }) => message.transactionId)).size).toBe(39);
    expect(world.queue).toHaveLength(39);
  });

  it.each([
    ['are unreadable do not keep later ones from being sent', new TypeError('no notification'), 39 - 20],
    [
      'the table does not give now end the run',
      new Fault({ code: 'away', message: 'away', retryable: true }),
      0,
    ],
  ])('rows of the sweep that %s', async (_what, fault, sent) => {
    const { world, demo } = await recorded();
    for (let n = 2; n < 40; n += 1) {
      await world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/pay_${n}`, payment());
    }
    await world.relayAll();
    world.receiver.answer = () => statusExchange(500);
    for (const message of world.queue.splice(0)) await world.deliverOne(message);
    world.queue.splice(0);
    world.time.nowMs += 5 * MINUTE;
    const { page } = world.ports.dueIndex;
    const { read } = world.ports.notifications;
    const all = async (options: Parameters<typeof page>[0]) => {
      const partitions = Array.from({ length: PARTITIONS }, (_, partition) =>
        page({ ...options, partition }),
      );
      return { keys: (await Promise.all(partitions)).flatMap(({ keys }) => keys) };
    };
    const { keys } = await all({ partition: 0, before: isoTime(world.time.nowMs), limit: 1_000 });
    const broken = new Set(keys.slice(0, 20).map(({ key }) => key.transactionId));
    world.ports.dueIndex.page = all;
    world.ports.notifications.read = async (key) => {
      if (broken.has(key.transactionId)) throw fault;
      return read(key);
    };
    await expect(sweepOne(world, 0)).rejects.toBe(fault);
    expect(world.queue).toHaveLength(sent);
  });

  it('a deferral beyond the horizon ends exhausted, and does not use up the schedule before', async () => {
    const { world, notification } = await recorded([10, 10]);
    const openedAtMs = world.time.nowMs;
    world.ports.health.admit = async () => ({
      kind: 'defer',
      probeAtMs: world.time.nowMs + MINUTE,
      openedAtMs,
    });
    await world.drain();
    expect(await notification()).toMatchObject({ state: 'exhausted', attempts: [] });
    expect(world.time.nowMs - openedAtMs).toBeGreaterThan(3_600_000);
    expect(world.events).toContainEqual(
      expect.objectContaining({ event: 'exhausted', reason: 'horizon_passed' }),
    );
  });
});
