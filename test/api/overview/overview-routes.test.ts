import { describe, expect, it } from 'vitest';
import { useDemoWorld } from '../../support/demo-world.ts';
import { audit } from '../../support/scheduled-runs.ts';
import { verified } from '../../support/verified.ts';
import { payment, START_MS, statusExchange } from '../../support/world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const iso = (ms: number) => new Date(ms).toISOString();
const NONE = { expected: 0, delivered: 0, acknowledged: 0, open: 0, exhausted: 0, blocked: 0 };

describe('the overview', () => {
  const setup = useDemoWorld();
  const ask = async (query = '', key = setup.world.admin) =>
    (await setup.world.call(key, `GET /v1/overview${query}`)).json;
  const record = async (ids: readonly string[], { initiator } = setup.demo, merchantId = 'demo') => {
    for (const id of ids) {
      const path = `PUT /v1/merchants/${merchantId}/transactions/${id}`;
      await setup.world.call(initiator, path, payment());
    }
    // What an attempt changes is later than the outcome.
    setup.world.time.nowMs += 1_000;
  };
  const deliver = async () => {
    await setup.world.relayAll();
    await setup.world.drain();
    await setup.world.countAll();
  };
  /** Closes and audits what can be, and counts what the audit wrote. */
  const auditLater = async (ms: number) => {
    setup.world.time.nowMs += ms;
    for (let run = 0; run < 3; run += 1) {
      await setup.world.closeWindows();
      await audit(setup.world);
    }
    await setup.world.countAll();
  };
  const hourAt = (json: { balance: { hours: { start: string }[] } }, ms: number) =>
    json.balance.hours.find(({ start }) => start === iso(ms));

  it('of an empty service has 24 hours of nothing, and nobody is needed', async () => {
    const json = await ask();
    expect(json).toMatchObject({ stats: [], balance: { ...NONE, isAudited: false, missing: 0 } });
    expect(json.balance.hours).toHaveLength(24);
    expect(json.attention).toEqual({
      unresolved: { count: 0, hasMore: false, items: [] },
      exhausted: 0,
      blocked: 0,
      lost: 0,
      deadLetters: [
        { queue: 'lanes', count: 0 },
        { queue: 'intake', count: 0 },
      ],
      parked: { count: 0, hasMore: false, items: [] },
    });
    expect(json.auditedThrough).toBeUndefined();
  });

  it('says at once what is there, as not audited yet', async () => {
    await setup.demo.endpoint();
    await record(['pay_1', 'pay_2']);
    await deliver();
    expect((await ask()).balance).toMatchObject({
      ...NONE,
      delivered: 2,
      notAuditedYet: 2,
      isAudited: false,
    });
  });

  it('adds up: what the audit expects is what is in one of the states', async () => {
    const { world, demo } = setup;
    await demo.endpoint();
    await demo.endpoint({ url: 'https://shop.example/other' });
    await record(['pay_1', 'pay_2']);
    await deliver();
    const answers = [statusExchange(410)];
    world.receiver.answer = () => answers.pop() ?? statusExchange(200);
    await record(['pay_3']);
    await deliver();
    await auditLater(2 * HOUR);
    const json = await ask();
    const sums = { expected: 6, delivered: 5, blocked: 1, lost: 0, notAuditedYet: 0, beyond: 0, missing: 0 };
    expect(hourAt(json, START_MS)).toEqual({ start: iso(START_MS), isAudited: true, ...NONE, ...sums });
    expect(json.balance).toMatchObject({ ...NONE, ...sums });
    expect(await ask('?merchantId=demo')).toMatchObject({ balance: { ...NONE, ...sums } });
    expect(json.attention.blocked).toBe(1);
  });

  it('follows a notification from state to state, in the hour of its outcome', async () => {
    const { world, demo } = setup;
    await world.call(world.admin, 'PATCH /v1/merchants/demo', { schedule: [10] });
    await demo.endpoint();
    world.receiver.answer = () => statusExchange(503);
    await record(['pay_1']);
    await world.relayAll();
    const [first] = world.queue.splice(0);
    if (first !== undefined) await world.deliverOne(first);
    await world.countAll();
    expect((await ask()).balance).toMatchObject({ ...NONE, open: 1 });
    await deliver();
    expect((await ask()).balance).toMatchObject({ ...NONE, exhausted: 1 });
    world.time.nowMs += 3 * HOUR;
    const path = 'POST /v1/transactions/pay_1/acknowledge';
    await world.call(demo.receiver, path, { version: 1 });
    await world.countAll();
    const json = await ask();
    expect(json.balance).toMatchObject({ ...NONE, acknowledged: 1 });
    expect(hourAt(json, START_MS)).toMatchObject({ acknowledged: 1, exhausted: 0 });
    // The hour of the acknowledgement has no attempt.
    expect(json.stats).toHaveLength(1);
  });

  it('shows what was lost, and what became of it', async () => {
    const { world, demo } = setup;
    await demo.endpoint();
    await record(['pay_1']);
    world.forgetInserted();
    await auditLater(2 * HOUR);
    expect((await ask()).balance).toMatchObject({ ...NONE, expected: 1, lost: 1, open: 1, missing: 0 });
    const notifications = [...world.ports.contents.notifications.values()];
    const [{ transactionId, endpointId } = { transactionId: '', endpointId: '' }] = notifications;
    const redeliver = `POST /v1/merchants/demo/notifications/${transactionId}.1.${endpointId}/redeliver`;
    await world.call(world.admin, redeliver);
    await deliver();
    expect((await ask()).balance).toMatchObject({ ...NONE, expected: 1, lost: 1, delivered: 1, missing: 0 });
  });

  it('counts a first attempt that comes after the audit made the notification', async () => {
    const { world, demo } = setup;
    await demo.endpoint();
    await record(['pay_1', 'pay_2']);
    await world.relayAll();
    const late = world.queue.splice(0);
    await auditLater(2 * HOUR);
    const answers = [statusExchange(503)];
    world.receiver.answer = () => answers.pop() ?? statusExchange(200);
    for (const message of late) await world.deliverOne(message);
    await world.countAll();
    expect((await ask()).balance).toMatchObject({
      ...NONE,
      expected: 2,
      lost: 2,
      delivered: 1,
      open: 1,
      missing: 0,
      beyond: 0,
    });
  });

  it('names what is gone as missing, also beside what is not audited', async () => {
    const { world, demo } = setup;
    await demo.endpoint();
    await record(['pay_1']);
    await world.relayAll();
    await world.drain();
    // The counts never heard of it.
    world.forgetWritten();
    await auditLater(2 * HOUR);
    await record(['pay_2']);
    await deliver();
    expect((await ask()).balance).toMatchObject({ expected: 1, delivered: 1, missing: 1, notAuditedYet: 1 });
  });

  it('repeats an audit without counting it again, and corrects it when rows came late', async () => {
    const { world, demo } = setup;
    await demo.endpoint();
    await record(['pay_1']);
    await deliver();
    await auditLater(2 * HOUR);
    const window = { merchantId: 'demo' as never, start: iso(START_MS) };
    await world.ports.expectations.keep({ ...window, expected: 1 });
    await world.countAll();
    expect((await ask()).balance.expected).toBe(1);
    await world.ports.expectations.keep({ ...window, expected: 3 });
    await world.countAll();
    expect((await ask()).balance.expected).toBe(3);
    expect((await ask('?merchantId=demo')).balance.expected).toBe(3);
  });

  it('tells how far windows are closed and audited, and how far behind they are', async () => {
    await auditLater(2 * HOUR);
    const json = await ask();
    const now = START_MS + 2 * HOUR;
    expect(json).toMatchObject({ closedThrough: iso(now - 5 * MINUTE), closedBehindSeconds: 0 });
    expect(json.auditedBehindSeconds).toBe(0);
    setup.world.time.nowMs += HOUR;
    expect((await ask()).closedBehindSeconds).toBe(3600 - 30);
    expect((await ask('?merchantId=demo')).auditedThrough).toBe(json.auditedThrough);
  });

  it('counts an hour as audited only when every merchant’s is', async () => {
    const { world, demo } = setup;
    await demo.endpoint();
    await auditLater(2 * HOUR);
    const { directory } = world.ports;
    const mark = await directory.mark(0, 'audited');
    const through = iso(Date.parse(mark?.through ?? '') + 5 * MINUTE);
    await directory.saveMark(0, 'audited', { through, reached: iso(START_MS + 10 * MINUTE) });
    const json = await ask();
    expect(json.auditedThrough).toBe(iso(START_MS + 10 * MINUTE));
    expect(hourAt(json, START_MS)).toMatchObject({ isAudited: false });
    expect(hourAt(json, START_MS - HOUR)).toMatchObject({ isAudited: true });
  });

  it('lists what needs attention: unresolved transactions, dead letters, parked records', async () => {
    const { world, demo } = setup;
    for (let number = 0; number < 7; number += 1) {
      const path = `PUT /v1/merchants/demo/transactions/open_${number}`;
      await world.call(demo.initiator, path, payment({ status: 'PENDING' }));
      await world.ports.parking.park({ recordId: `record${number}`, reason: 'unreadable', payload: '{}' });
    }
    for (const check of world.ports.contents.checks.values()) {
      const { nextAttemptAt: _due, ...rest } = check;
      await world.ports.checks.save({ ...rest, state: 'unresolved', rev: check.rev + 1 }, check.rev);
    }
    world.ports.deadLetterQueues.intake.put({ body: '{}' });
    const { attention } = await ask();
    expect(attention.unresolved).toMatchObject({ count: 7, hasMore: false });
    expect(attention.unresolved.items).toHaveLength(5);
    expect(attention.unresolved.items[0]).toEqual({ merchantId: 'demo', transactionId: 'open_0' });
    expect(attention.parked).toMatchObject({ count: 7, items: [{ reason: 'unreadable' }, {}, {}, {}, {}] });
    expect(attention.deadLetters[1]).toEqual({ queue: 'intake', count: 1 });
  });

  it('of a merchant lists its endpoints that are disabled or fail', async () => {
    const { world, demo } = setup;
    const off = await demo.endpoint();
    await demo.endpoint({ url: 'https://shop.example/fine' });
    const path = `PATCH /v1/merchants/demo/endpoints/${off.endpointId}`;
    await world.call(world.admin, path, { enabled: false });
    const { attention } = await ask('?merchantId=demo');
    expect(attention.endpoints).toMatchObject({
      count: 1,
      items: [{ endpointId: off.endpointId, enabled: false, disabledAt: iso(START_MS) }],
    });
    expect(attention.deadLetters).toBeUndefined();
  });

  it('is a merchant’s own for its key, signed, and nobody else’s', async () => {
    const { world, demo } = setup;
    const other = await world.merchant('other');
    await other.endpoint();
    await record(['pay_1'], other, 'other');
    await deliver();
    const own = await world.call(demo.manager, 'GET /v1/overview');
    verified(own, demo.secret);
    expect(own.json).toMatchObject({ merchantId: 'demo', balance: NONE });
    expect(own.json.attention.parked).toBeUndefined();
    expect((await ask('?merchantId=other', demo.manager)).code).toBe('insufficient_scope');
    expect((await ask('', demo.receiver)).code).toBe('insufficient_scope');
    expect((await ask('', demo.initiator)).code).toBe('insufficient_scope');
    expect((await ask('?merchantId=other')).balance.delivered).toBe(1);
    expect((await ask('?merchantId=nobody')).code).toBe('unknown_merchant');
  });
});
