import { describe, expect, it } from 'vitest';
import { auditPartitions } from '../../../lib/core/bookkeeping/audit.ts';
import type { MerchantId, TransactionId } from '../../../lib/core/model.ts';
import { recordFromQueue } from '../../../lib/core/record/intake.ts';
import { createWorld, payment, statusExchange } from '../../support/world.ts';

const HOUR_MS = 3_600_000;
const PAY_1 = { merchantId: 'demo' as MerchantId, transactionId: 'pay_1' as TransactionId };
const CHECK_BACK = { url: 'https://bank.example/check', afterSeconds: 60 };

async function worldOfTwo() {
  const world = createWorld();
  const demo = await world.merchant('demo', { schedule: [60, 60] });
  const other = await world.merchant('other', { schedule: [60, 60] });
  await demo.endpoint();
  await other.endpoint();
  const { key } = (await world.call(world.admin, 'POST /v1/keys', { scope: 'initiator' })).json;
  const record = async (merchantId: string, id: string, changes: object = {}) => {
    const request = `PUT /v1/merchants/${merchantId}/transactions/${id}`;
    expect((await world.call(key, request, payment(changes))).status).toBe(201);
  };
  const tombstone = async () => {
    const request = 'DELETE /v1/merchants/demo?confirm=demo';
    expect((await world.call(world.admin, request)).status).toBe(200);
  };
  const erase = async () => {
    await tombstone();
    // Longer than any use of cached settings.
    world.time.nowMs += 61_000;
  };
  const dropped = () =>
    world.events.flatMap((event) => (event.event === 'message_dropped' ? [event.merchantId] : []));
  return { world, record, tombstone, erase, dropped };
}

describe('of an erased merchant', () => {
  it('nothing is relayed that comes late, and nothing is kept aside', async () => {
    const { world, record, erase } = await worldOfTwo();
    await record('demo', 'pay_1');
    await record('other', 'pay_1');
    await erase();
    await world.relayAll();
    expect(world.queue.map(({ message }) => message.merchantId)).toEqual(['other']);
    expect(world.events.filter(({ event }) => event === 'record_parked')).toEqual([]);
  });

  it('messages in flight are dropped: nothing is sent, stored, or set aside', async () => {
    const { world, record, erase, dropped } = await worldOfTwo();
    await record('demo', 'pay_1');
    await record('other', 'pay_1');
    await world.relayAll();
    await erase();
    await world.drain();
    expect(world.requests).toHaveLength(1);
    expect(dropped()).toEqual(['demo']);
    expect([...world.ports.contents.notifications.keys()].filter((key) => key.startsWith('demo'))).toEqual(
      [],
    );
    expect(world.deadLetters).toEqual([]);
  });

  it('a retry that was scheduled is dropped, and its notification is no longer due', async () => {
    const { world, record, erase, dropped } = await worldOfTwo();
    world.receiver.answer = () => statusExchange(500);
    await record('demo', 'pay_1');
    await world.relayAll();
    const [first] = world.queue.splice(0);
    if (first === undefined) throw new Error('nothing was relayed');
    await world.deliverOne(first);
    expect(world.queue).toHaveLength(1);
    await erase();
    await world.drain();
    expect(world.requests).toHaveLength(1);
    expect(dropped()).toEqual(['demo']);
    const [stored] = world.ports.contents.notifications.values();
    expect(stored).toMatchObject({ state: 'blocked', blockedReason: 'merchant_erased' });
    expect(stored).not.toHaveProperty('nextAttemptAt');
  });

  it('nobody is asked how a PENDING ended, and it is deleted with its check', async () => {
    const { world, record, erase, dropped } = await worldOfTwo();
    await record('demo', 'pay_1', { status: 'PENDING', checkBack: CHECK_BACK });
    await world.relayAll();
    await erase();
    await world.drain();
    expect(world.requests).toEqual([]);
    expect(dropped()).toEqual(['demo']);
    expect(world.ports.contents.checks.size).toBe(0);
    expect(world.ports.contents.outcomes.size).toBe(0);
    expect(world.deadLetters).toEqual([]);
  });

  it.each([
    ['check', { status: 'PENDING', checkBack: { ...CHECK_BACK, afterSeconds: 10 } }],
    ['notification', {}],
  ])(
    'a %s is dropped although its rows are gone and the cached settings are older than the erasure',
    async (_, changes) => {
      const { world, record, tombstone, dropped } = await worldOfTwo();
      await record('demo', 'pay_1', changes);
      await world.relayAll();
      await tombstone();
      // Another process, with younger settings, dropped the same message.
      await world.ports.rows.removeTransaction(PAY_1);
      await world.drain();
      expect(world.requests).toEqual([]);
      expect(dropped()).toEqual(['demo']);
      expect(world.deadLetters).toEqual([]);
    },
  );

  it('an end is not recorded that an initiator answers after the erasure, and its PENDING is deleted', async () => {
    const { world, record, erase, dropped } = await worldOfTwo();
    await record('demo', 'pay_1', { status: 'PENDING', checkBack: CHECK_BACK });
    await world.relayAll();
    world.receiver.answer = async () => {
      await erase();
      const { status, amount, currency, occurredAt } = payment();
      const body = JSON.stringify({ status, amount, currency, occurredAt });
      return { kind: 'response', statusCode: 200, body, durationMs: 5 };
    };
    await world.drain();
    expect(world.requests).toHaveLength(1);
    expect(dropped()).toEqual(['demo']);
    expect(world.ports.contents.checks.size).toBe(0);
    expect(world.ports.contents.outcomes.size).toBe(0);
    expect(world.events.filter(({ event }) => event === 'message_failed')).toEqual([]);
  });

  it('only its messages are dropped: what is missing of another merchant is set aside', async () => {
    const { world, record, tombstone, dropped } = await worldOfTwo();
    await record('other', 'pay_1');
    await record('other', 'pay_2', { status: 'PENDING', checkBack: CHECK_BACK });
    await world.relayAll();
    await tombstone();
    for (const { merchantId, transactionId } of [...world.ports.contents.outcomes.values()])
      await world.ports.rows.removeTransaction({ merchantId, transactionId });
    await world.drain();
    expect(dropped()).toEqual([]);
    expect(world.deadLetters.map(({ reason }) => reason)).toEqual(['unknown_outcome', 'unknown_check']);
  });

  it('an unresolved transaction leaves the list when an operator resolves it, and nothing is recorded', async () => {
    const { world, record, erase } = await worldOfTwo();
    await record('demo', 'pay_1', { status: 'PENDING' });
    const check = world.ports.contents.checks.get('demo#pay_1');
    if (check === undefined) throw new Error('there is no check');
    const { nextAttemptAt: _due, ...rest } = check;
    await world.ports.checks.save({ ...rest, state: 'unresolved', rev: check.rev + 1 }, check.rev);
    await erase();
    const list = async () => (await world.call(world.admin, 'GET /v1/unresolved')).json.items;
    expect(await list()).toHaveLength(1);
    const found = { status: 'SUCCEEDED', occurredAt: '2026-11-20T08:00:01Z' };
    const request = 'POST /v1/unresolved/demo/pay_1/resolve';
    expect((await world.call(world.admin, request, found)).json.code).toBe('merchant_erased');
    expect(await list()).toEqual([]);
    expect(world.ports.contents.outcomes.size).toBe(0);
  });

  it('outcomes in the queue are refused with the reason', async () => {
    const { world, erase } = await worldOfTwo();
    await erase();
    const body = JSON.stringify({ merchantId: 'demo', transactionId: 'pay_9', ...payment() });
    await recordFromQueue({ ...world.ports, recorders: {} }, { messageId: 'm', body });
    expect(world.deadLetters).toEqual([{ body, reason: 'merchant_erased' }]);
  });

  it('no window is closed, audited or counted as lost; those of others are', async () => {
    const { world, record, erase } = await worldOfTwo();
    for (const merchantId of ['demo', 'other']) await record(merchantId, 'pay_1');
    world.forgetInserted();
    await erase();
    for (let hour = 0; hour < 3; hour += 1) {
      world.time.nowMs += HOUR_MS;
      await world.closeWindows();
      await auditPartitions(world.ports, { deadlineMs: Number.POSITIVE_INFINITY });
    }
    const about = (name: string) =>
      world.events.flatMap((event) =>
        event.event === name && 'merchantId' in event ? [event.merchantId] : [],
      );
    expect(about('lost')).toEqual(['other']);
    expect(about('audit_failed')).toEqual([]);
    const closed = [...world.ports.contents.windows.values()].map(({ merchantId }) => merchantId);
    expect(new Set(closed)).toEqual(new Set(['other']));
  });

  it('a walk that began before does not fail when the merchant is erased under it', async () => {
    const { world, record, erase } = await worldOfTwo();
    await record('demo', 'pay_1');
    world.forgetInserted();
    world.time.nowMs += HOUR_MS;
    await world.closeWindows();
    const { directory } = world.ports;
    const lists = await Promise.all(Array.from({ length: 16 }, (_, one) => directory.list(one)));
    await erase();
    world.time.nowMs += 2 * HOUR_MS;
    const before = { ...directory, list: async (partition: number) => lists[partition] ?? [] };
    await auditPartitions({ ...world.ports, directory: before }, { deadlineMs: Number.POSITIVE_INFINITY });
    const bad = world.events.filter(({ event }) => event === 'lost' || event === 'audit_failed');
    expect(bad).toEqual([]);
  });
});
