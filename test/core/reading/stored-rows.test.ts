import { describe, expect, it } from 'vitest';
import { unreadableRowFault } from '../../../lib/core/faults.ts';
import type { Outcome } from '../../../lib/core/model.ts';
import type { World } from '../../support/demo-world.ts';
import { audit, sweep } from '../../support/scheduled-runs.ts';
import { createWorld, payment, START_MS, statusExchange } from '../../support/world.ts';

const MINUTE = 60_000;

/** Changes the row of an outcome, as another version or a write by hand would. */
function rewrite(world: World, name: string, changes: object): void {
  const rows = world.ports.contents.outcomes as Map<string, Outcome>;
  const row = rows.get(name);
  if (row === undefined) throw new Error(`There is no ${name}.`);
  rows.set(name, { ...row, ...changes });
}

/** A shop with three payments, a second apart, and another shop beside it with one. */
async function shops() {
  const world = createWorld();
  const demo = await world.merchant('demo');
  const other = await world.merchant('other');
  await demo.endpoint();
  for (let n = 0; n < 3; n += 1) {
    await world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/pay_${n}`, payment());
    world.time.nowMs += 1_000;
  }
  await world.call(other.initiator, 'PUT /v1/merchants/other/transactions/pay_0', payment());
  const feed = async (cursor?: string) =>
    world.call(demo.receiver, `GET /v1/transactions${cursor === undefined ? '' : `?cursor=${cursor}`}`);
  const windows = (merchantId: string) =>
    [...world.ports.contents.windows.values()].filter((window) => window.merchantId === merchantId);
  const told = (event: string) => world.events.filter((one) => one.event === event);
  return { world, demo, other, feed, windows, told };
}

/** Three notifications that failed once, whose next messages are lost. */
async function overdueNotifications(): Promise<World> {
  const { world } = await shops();
  await world.relayAll();
  world.receiver.answer = () => statusExchange(500);
  for (const sent of world.queue.splice(0)) await world.deliverOne(sent);
  world.queue.length = 0;
  world.time.nowMs += 30 * MINUTE;
  return world;
}

describe('an outcome with a currency that this version does not know', () => {
  it('is relayed, delivered, listed, closed, audited and shown', async () => {
    const { world, demo, feed, windows, told } = await shops();
    rewrite(world, 'demo#pay_1#1', { currency: 'XNW', addedLater: true });
    await world.relayAll();
    await world.drain();
    expect(world.requests).toHaveLength(3);
    world.time.nowMs = START_MS + 30 * MINUTE;
    await world.closeWindows();
    await audit(world);
    expect((await feed()).json.items).toHaveLength(3);
    expect(windows('demo')[0]?.groups.map(({ currency, count }) => [currency, count])).toEqual([
      ['CNY', 2],
      ['XNW', 1],
    ]);
    const { status, json } = await world.call(demo.receiver, 'GET /v1/transactions/pay_1');
    expect([status, json.currency, json.notifications[0].state]).toEqual([200, 'XNW', 'delivered']);
    for (const event of ['unreadable_row', 'foreign_row', 'record_parked', 'window_revised', 'lost']) {
      expect(told(event), event).toEqual([]);
    }
  });

  it('is returned as the stored one if another is recorded', async () => {
    const { world, demo } = await shops();
    rewrite(world, 'demo#pay_1#1', { currency: 'XNW' });
    const again = await world.call(
      demo.initiator,
      'PUT /v1/merchants/demo/transactions/pay_1',
      payment({ amount: 1 }),
    );
    expect([again.status, again.json.current.currency]).toEqual([409, 'XNW']);
  });
});

describe('an unreadable outcome', () => {
  it('is answered as unreadable, and never as unknown', async () => {
    const { world, demo } = await shops();
    rewrite(world, 'demo#pay_1#1', { amount: 'a lot' });
    for (const request of [
      'GET /v1/transactions/pay_1',
      'POST /v1/transactions/pay_1/acknowledge',
    ] as const) {
      const body = request.startsWith('POST') ? { version: 1 } : undefined;
      const answer = await world.call(demo.receiver, request, body);
      expect([answer.status, answer.json.code], request).toEqual([500, 'unreadable_row']);
    }
    const recorded = await world.call(demo.initiator, 'PUT /v1/merchants/demo/transactions/pay_1', payment());
    expect([recorded.status, recorded.json.code]).toEqual([500, 'unreadable_row']);
  });

  it('ends the feed in front of it, until it is mended', async () => {
    const { world, feed } = await shops();
    rewrite(world, 'demo#pay_1#1', { amount: 'a lot' });
    world.time.nowMs += MINUTE;
    const first = await feed();
    expect(first.json.items.map(({ transactionId }: Outcome) => transactionId)).toEqual(['pay_0']);
    expect(first.json.hasMore).toBe(true);
    const second = await feed(first.json.nextCursor);
    expect([second.status, second.json.code]).toEqual([500, 'unreadable_row']);
    rewrite(world, 'demo#pay_1#1', { amount: 1999 });
    const mended = await feed(first.json.nextCursor);
    expect(mended.json.items.map(({ transactionId }: Outcome) => transactionId)).toEqual(['pay_1', 'pay_2']);
  });

  it('keeps only its own window open, until it is mended', async () => {
    const { world, demo, other, windows, told } = await shops();
    rewrite(world, 'demo#pay_1#1', { currency: null });
    world.time.nowMs = START_MS + 6 * MINUTE;
    await world.closeWindows();
    expect([windows('demo').length, windows('other').length]).toEqual([0, 1]);
    expect(told('close_failed')).toMatchObject([{ merchantId: 'demo', reason: 'unreadable_row' }]);
    const path = 'GET /v1/windows/2026-11-20T08:00:00.000Z';
    const [ours, theirs] = [await world.call(demo.receiver, path), await world.call(other.receiver, path)];
    expect([ours.json.code, theirs.status]).toEqual(['window_not_closed', 200]);

    rewrite(world, 'demo#pay_1#1', { currency: 'CNY' });
    await world.closeWindows();
    expect(windows('demo')[0]?.groups).toMatchObject([{ count: 3 }]);
    expect((await world.call(demo.receiver, path)).status).toBe(200);
  });

  it('keeps the audit of its merchant waiting, and makes no window over without it', async () => {
    const { world, windows, told } = await shops();
    world.time.nowMs = START_MS + 6 * MINUTE;
    await world.closeWindows();
    rewrite(world, 'demo#pay_1#1', { amount: undefined });
    world.time.nowMs = START_MS + 3 * 60 * MINUTE;
    for (let run = 0; run < 4; run += 1) {
      await audit(world);
    }
    expect(told('audit_failed')).toContainEqual(
      expect.objectContaining({ merchantId: 'demo', reason: 'unreadable_row' }),
    );
    expect(told('audit_failed')).not.toContainEqual(expect.objectContaining({ merchantId: 'other' }));
    expect(told('window_revised')).toEqual([]);
    expect(windows('demo')[0]?.groups).toMatchObject([{ count: 3 }]);
  });

  it('is delivered when it is mended: its message comes back', async () => {
    const { world } = await shops();
    await world.relayAll();
    const sent = world.queue.find(({ message }) => message.transactionId === 'pay_1');
    if (sent === undefined) throw new Error('nothing was relayed');
    rewrite(world, 'demo#pay_1#1', { amount: 'a lot' });
    await expect(world.deliverOne(sent)).rejects.toMatchObject({ code: 'unreadable_row' });
    expect(world.deadLetters).toEqual([]);
    rewrite(world, 'demo#pay_1#1', { amount: 1999 });
    await world.deliverOne(sent, 2);
    expect(world.requests).toHaveLength(1);
  });
});

describe('an unreadable notification', () => {
  it('keeps no other from being swept', async () => {
    const world = await overdueNotifications();
    const { read } = world.ports.notifications;
    const broken = { ...world.ports, notifications: { ...world.ports.notifications } };
    broken.notifications.read = async (key) => {
      if (key.transactionId === 'pay_1') throw unreadableRowFault('pay_1', 'no state');
      return read(key);
    };
    await expect(sweep({ ports: broken })).rejects.toMatchObject({ code: 'unreadable_row' });
    expect(world.queue.map(({ message }) => message.transactionId).sort()).toEqual(['pay_0', 'pay_2']);
  });
});

describe('unreadable settings', () => {
  it('keep nothing from being swept, also where the lane is crowded', async () => {
    const world = await overdueNotifications();
    const { ports } = world;
    const crowded = {
      ...ports,
      dispatcher: { ...ports.dispatcher, backlog: async () => 10_000 },
      configs: { ...ports.configs, get: () => Promise.reject(unreadableRowFault('ep_1', 'no url')) },
    };
    await sweep({ ports: crowded });
    expect(world.queue).toHaveLength(3);
  });
});

describe('an unreadable PENDING', () => {
  it('is named in the list of what is unresolved, and hides none of the others', async () => {
    const { world, demo } = await shops();
    for (const n of [1, 2, 3]) {
      const path = `PUT /v1/merchants/demo/transactions/prepared_${n}` as const;
      await world.call(demo.initiator, path, payment({ status: 'PENDING' }));
    }
    for (const check of world.ports.contents.checks.values()) {
      const { nextAttemptAt: _due, ...rest } = check;
      await world.ports.checks.save({ ...rest, state: 'unresolved', rev: check.rev + 1 }, check.rev);
    }
    rewrite(world, 'demo#prepared_2#1', { amount: 'a lot' });
    for (const key of [world.admin, demo.initiator]) {
      const { status, json } = await world.call(key, 'GET /v1/unresolved');
      expect(status).toBe(200);
      expect(json.items.map(({ transactionId }: Outcome) => transactionId)).toEqual([
        'prepared_1',
        'prepared_3',
      ]);
      expect(json.unreadable).toEqual([{ merchantId: 'demo', transactionId: 'prepared_2' }]);
    }
    rewrite(world, 'demo#prepared_2#1', { amount: 1999 });
    const { json } = await world.call(world.admin, 'GET /v1/unresolved');
    expect([json.items.length, json.unreadable]).toEqual([3, undefined]);
  });
});

describe('a message of another version', () => {
  it('is worked off with what it says beyond what we know, and keeps it where it is handed on', async () => {
    const { world } = await shops();
    await world.relayAll();
    const [sent] = world.queue.splice(0);
    if (sent === undefined) throw new Error('nothing was relayed');
    const newer = { ...sent, message: { ...sent.message, trace: 'later' } };
    world.ports.health.isSlowOrOpen = async () => true;
    await world.deliverOne(newer);
    expect(world.queue).toEqual([{ ...newer, lane: 'retry', atMs: world.time.nowMs }]);
    await world.drain();
    expect(world.requests).toHaveLength(1);
    expect(world.deadLetters).toEqual([]);
  });
});
