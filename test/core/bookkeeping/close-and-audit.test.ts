import { describe, expect, it } from 'vitest';
import { auditPartitions } from '../../../lib/core/bookkeeping/audit.ts';
import { closePartition, reportIgnoredLength } from '../../../lib/core/bookkeeping/close.ts';
import { runJobs } from '../../../lib/core/deliver/redelivery.ts';
import { Fault } from '../../../lib/core/faults.ts';
import { forEachPartition, PARTITIONS } from '../../../lib/core/partitions.ts';
import { createWorld, payment, START_MS, statusExchange } from '../../support/world.ts';

type World = ReturnType<typeof createWorld>;
const MINUTE = 60_000;
const SETTINGS = { windowSeconds: 300, auditAfterSeconds: 900 };

async function close(world: World): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    await closePartition(
      { ...world.ports, ...SETTINGS },
      { partition, deadlineMs: Number.POSITIVE_INFINITY },
    );
  }
}

async function audit(world: World): Promise<void> {
  await auditPartitions({ ...world.ports, ...SETTINGS }, { deadlineMs: Number.POSITIVE_INFINITY });
}

async function shop() {
  const world = createWorld();
  const demo = await world.merchant('demo', { schedule: [10] });
  const record = (id: string, changes: object = {}) =>
    world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${id}`, payment(changes));
  const windows = () => [...world.ports.held.windows.values()];
  return { world, demo, record, windows };
}

/** A shop whose endpoint answered 500 until `count` notifications were exhausted, a second ago. */
async function shopThatWasAway(count: number) {
  const { world, demo, record } = await shop();
  await demo.endpoint();
  world.receiver.answer = () => statusExchange(500);
  for (let n = 0; n < count; n += 1) await record(`pay_${n}`);
  await world.relayAll();
  await world.drain();
  world.time.nowMs += 1_000;
  return { world, demo };
}

describe('closing windows', () => {
  it('waits for the feed lag, closes each window once, and leaves out what is empty', async () => {
    const { world, record, windows } = await shop();
    await record('pay_1');
    await record('pay_2', { status: 'FAILED' });
    world.time.nowMs = START_MS + 5 * MINUTE + 29_000;
    await close(world);
    expect(windows()).toEqual([]);
    world.time.nowMs += 1_000;
    await close(world);
    await close(world);
    expect(windows()).toMatchObject([
      {
        start: '2026-11-20T08:00:00.000Z',
        end: '2026-11-20T08:05:00.000Z',
        revision: 0,
        groups: [
          { status: 'FAILED', count: 1, amount: '1999' },
          { status: 'SUCCEEDED', count: 1, amount: '1999' },
        ],
      },
    ]);
    world.time.nowMs += 10 * MINUTE;
    await close(world);
    expect(windows()).toHaveLength(1);
  });

  it('keeps the length of its first windows, and reports once in a run that another one is ignored', async () => {
    const { world, record, windows } = await shop();
    const closeWith = async (windowSeconds: number) => {
      const ports = { ...world.ports, windowSeconds };
      const deadlineMs = Number.POSITIVE_INFINITY;
      reportIgnoredLength(
        ports,
        await forEachPartition((partition) => closePartition(ports, { partition, deadlineMs })),
      );
      return world.events.splice(0).filter(({ event }) => event === 'window_seconds_ignored');
    };
    expect(await closeWith(300)).toEqual([]);
    await record('pay_1');
    world.time.nowMs += 6 * MINUTE;
    expect(await closeWith(60)).toEqual([
      { event: 'window_seconds_ignored', configuredSeconds: 60, inForceSeconds: 300 },
    ]);
    expect(windows()).toMatchObject([{ start: '2026-11-20T08:00:00.000Z', end: '2026-11-20T08:05:00.000Z' }]);
    expect(await closeWith(300)).toEqual([]);
  });

  it('closes the window before a merchant was made, where the clock that records is behind', async () => {
    const { world, record, windows } = await shop();
    world.time.nowMs -= 2_000;
    await record('pay_1');
    world.time.nowMs += 6 * MINUTE;
    await close(world);
    expect(windows()).toMatchObject([{ start: '2026-11-20T07:55:00.000Z', groups: [{ count: 1 }] }]);
  });

  it('does not list or count a PENDING', async () => {
    const { world, record, windows } = await shop();
    await record('pay_1', { status: 'PENDING' });
    world.time.nowMs += 6 * MINUTE;
    await close(world);
    expect(windows()).toEqual([]);
  });

  it('catches up after an outage, hour by hour, without leaving out a window', async () => {
    const { world, record, windows } = await shop();
    for (let n = 0; n < 30; n += 1) {
      await record(`pay_${n}`);
      world.time.nowMs += 5 * MINUTE;
    }
    world.time.nowMs += MINUTE;
    for (let run = 0; run < 4; run += 1) await close(world);
    expect(windows()).toHaveLength(30);
  });

  it('gives a merchant that cannot be closed a mark of its own, and makes up for it later', async () => {
    const { world, record, windows } = await shop();
    await record('pay_1');
    const { page } = world.ports.feed;
    world.ports.feed.page = () =>
      Promise.reject(new Fault({ code: 'unavailable', message: 'away', retryable: true }));
    world.time.nowMs += 6 * MINUTE;
    await close(world);
    expect(windows()).toEqual([]);
    expect(world.events).toContainEqual(
      expect.objectContaining({ event: 'close_failed', merchantId: 'demo' }),
    );
    world.ports.feed.page = page;
    await close(world);
    expect(windows()).toHaveLength(1);
    const marks = await Promise.all(
      Array.from({ length: PARTITIONS }, (_, partition) => world.ports.directory.list(partition)),
    );
    expect(marks.flat()).toEqual([
      {
        merchantId: 'demo',
        createdAt: '2026-11-20T08:00:00.000Z',
        own: { closed: { rev: 2 }, audited: { rev: 0 }, stated: { rev: 0 } },
      },
    ]);
  });
});

describe('closing twice at the same time', () => {
  it('an older run that succeeds does not take away the mark of a newer one that failed', async () => {
    const { world, record, windows } = await shop();
    await record('pay_1');
    const away = () => Promise.reject(new Fault({ code: 'unavailable', message: 'away', retryable: true }));
    const { page } = world.ports.feed;
    world.ports.feed.page = away;
    world.time.nowMs += 6 * MINUTE;
    await close(world);
    await record('pay_2');
    // While the older run reads, the newer one fails further on and moves the partition's mark.
    let isOlder = true;
    world.ports.feed.page = async (options) => {
      if (!isOlder) return away();
      isOlder = false;
      const found = await page(options);
      world.time.nowMs += 5 * MINUTE;
      await close(world);
      return found;
    };
    await close(world);
    world.ports.feed.page = page;
    await close(world);
    expect(windows()).toHaveLength(2);
  });
});

describe('the audit', () => {
  it('makes and counts a notification that came to nothing, once, and it is then delivered', async () => {
    const { world, demo, record } = await shop();
    await demo.endpoint();
    await record('pay_1');
    world.time.nowMs += 30 * MINUTE;
    await close(world);
    await audit(world);
    await audit(world);
    expect(world.events.filter(({ event }) => event === 'lost')).toHaveLength(1);
    const asked = await world.call(demo.receiver, 'GET /v1/transactions/pay_1');
    expect(asked.json.notifications).toMatchObject([{ state: 'pending', attempts: [] }]);
    expect(asked.json.notifications[0].nextAttemptAt).toBeDefined();
  });

  it('finds nothing lost where all was delivered', async () => {
    const { world, demo, record } = await shop();
    await demo.endpoint();
    await record('pay_1', { notifyUrl: 'https://till.example/' });
    await world.relayAll();
    await world.drain();
    world.time.nowMs += 30 * MINUTE;
    await close(world);
    await audit(world);
    expect(world.events.filter(({ event }) => event === 'lost' || event === 'window_revised')).toEqual([]);
  });

  it('corrects and counts a window that changed after it was closed', async () => {
    const { world, record, windows } = await shop();
    await record('pay_1');
    world.time.nowMs += 6 * MINUTE;
    await close(world);
    const [closed] = windows();
    if (closed === undefined) throw new Error('nothing was closed');
    await world.ports.windows.revise({ ...closed, groups: [], revision: 0 }, 0);
    world.time.nowMs += 30 * MINUTE;
    await close(world);
    await audit(world);
    expect(windows()).toMatchObject([{ revision: 1, groups: [{ count: 1 }] }]);
    expect(world.events.filter(({ event }) => event === 'window_revised')).toHaveLength(1);
  });

  it('waits while the stream is behind, but not for ever', async () => {
    const { world, demo, record } = await shop();
    await demo.endpoint();
    for (let n = 0; n < 20; n += 1) await record(`pay_${n}`);
    world.time.nowMs += 25 * MINUTE;
    await close(world);
    await audit(world);
    expect(world.events.filter(({ event }) => event === 'lost')).toHaveLength(0);
    world.time.nowMs += 90 * MINUTE;
    for (let run = 0; run < 4; run += 1) await close(world);
    await audit(world);
    expect(world.events.filter(({ event }) => event === 'lost')).toHaveLength(20);
  });
});

describe('the audit and the lanes', () => {
  /** A shop of which one of a few notifications never came to exist, a while after its window ended. */
  async function shopThatMissesOne() {
    const { world, demo, record } = await shop();
    await demo.endpoint();
    for (let n = 0; n < 3; n += 1) await record(`pay_${n}`);
    await world.relayAll();
    world.queue.pop();
    await world.drain();
    world.time.nowMs += 25 * MINUTE;
    await close(world);
    const asked: string[] = [];
    let waiting = 0;
    world.ports.dispatcher.backlog = async (lane) => {
      asked.push(lane);
      return waiting;
    };
    const behind = (messages: number) => {
      waiting = messages;
    };
    const lost = () => world.events.filter(({ event }) => event === 'lost').length;
    return { world, asked, behind, lost };
  }

  it('measures no lane where nothing is missing', async () => {
    const { world, demo, record } = await shop();
    await demo.endpoint();
    await record('pay_1');
    await world.relayAll();
    await world.drain();
    const asked: string[] = [];
    world.ports.dispatcher.backlog = async (lane) => asked.push(lane);
    world.time.nowMs += 25 * MINUTE;
    await close(world);
    await audit(world);
    expect(asked).toEqual([]);
  });

  it('measures each lane once a run, however much is missing in however many partitions', async () => {
    const { world, asked, lost } = await shopThatMissesOne();
    for (let n = 0; n < 20; n += 1) {
      const other = await world.merchant(`other-${n}`);
      await other.endpoint();
      await world.call(other.initiator, `PUT /v1/merchants/other-${n}/transactions/pay_1`, payment());
    }
    world.time.nowMs += 25 * MINUTE;
    await close(world);
    await audit(world);
    expect(lost()).toBe(21);
    expect(asked.toSorted()).toEqual(['first', 'retry']);
  });

  it('waits where something is missing while a lane is behind, and makes it when the lane is not', async () => {
    const { world, behind, lost } = await shopThatMissesOne();
    behind(1_001);
    await audit(world);
    expect(lost()).toBe(0);
    behind(0);
    await audit(world);
    expect(lost()).toBe(1);
  });
});

describe('the audit of many merchants', () => {
  it('waits for the one whose stream is behind, and for nobody else', async () => {
    const { world, demo, record } = await shop();
    await demo.endpoint();
    for (let n = 0; n < 20; n += 1) await record(`pay_${n}`);
    // Everybody that shares the partition, and everybody else.
    for (let n = 0; n < 40; n += 1) {
      const other = await world.merchant(`other-${n}`);
      await other.endpoint();
      await world.call(other.initiator, `PUT /v1/merchants/other-${n}/transactions/pay_1`, payment());
    }
    world.time.nowMs += 25 * MINUTE;
    await close(world);
    await audit(world);
    const lost = world.events.flatMap((event) => (event.event === 'lost' ? [event.merchantId] : []));
    expect(lost).toHaveLength(40);
    expect(lost).not.toContain('demo');
  });

  it('compares no window that was never closed, and still makes what is lost, within an hour and a half', async () => {
    const { world, demo, record, windows } = await shop();
    await demo.endpoint();
    await record('pay_1');
    world.ports.windows.putIfAbsent = () => Promise.reject(new Error('away'));
    world.time.nowMs += 25 * MINUTE;
    await close(world);
    await audit(world);
    expect(world.events.filter(({ event }) => event === 'lost')).toEqual([]);
    world.time.nowMs += 60 * MINUTE;
    await close(world);
    await audit(world);
    expect(world.events.filter(({ event }) => event === 'lost')).toHaveLength(1);
    expect(world.events.filter(({ event }) => event === 'window_revised')).toEqual([]);
    expect(windows()).toEqual([]);
  });

  it('finds a window that says more than there is', async () => {
    const { world, record, windows } = await shop();
    await record('pay_1');
    world.time.nowMs += 6 * MINUTE;
    await close(world);
    const [closed] = windows();
    if (closed === undefined) throw new Error('nothing was closed');
    const start = '2026-11-20T08:05:00.000Z';
    await world.ports.windows.putIfAbsent({ ...closed, start, end: '2026-11-20T08:10:00.000Z' });
    world.time.nowMs += 30 * MINUTE;
    await close(world);
    await audit(world);
    expect(windows().find((window) => window.start === start)).toMatchObject({ revision: 1, groups: [] });
  });

  it('refuses a window with more groups than an item holds, and says why', async () => {
    const { world, record, windows } = await shop();
    for (let n = 0; n <= 2_000; n += 1) await record(`pay_${n}`, { transactionType: `payment_${n}` });
    world.time.nowMs += 6 * MINUTE;
    await close(world);
    expect(windows()).toEqual([]);
    expect(world.events).toContainEqual({
      event: 'close_failed',
      merchantId: 'demo',
      reason: 'too_many_groups',
    });
  });
});

describe('redelivering a range', () => {
  it('sends again what is exhausted or blocked, says how far it is, and nothing twice', async () => {
    const { world, demo, record } = await shop();
    await demo.endpoint();
    world.receiver.answer = () => statusExchange(500);
    for (let n = 0; n < 7; n += 1) await record(`pay_${n}`);
    await world.relayAll();
    await world.drain();
    const range = { from: '2026-11-20T08:00:00Z', to: '2026-11-20T09:00:00Z' };
    world.time.nowMs += 1_000;
    const started = await world.call(demo.receiver, 'POST /v1/redeliveries', range);
    expect(started.status).toBe(202);
    const { jobId } = started.json;
    await runJobs(world.ports, Number.POSITIVE_INFINITY);
    const done = await world.call(demo.receiver, `GET /v1/redeliveries/${jobId}`);
    expect(done.json).toMatchObject({ state: 'done', found: 7, sent: 7 });
    expect(world.queue).toHaveLength(7);
    expect(await world.ports.jobs.running()).toEqual([]);
  });

  it('counts right and sends once, wherever a run dies', async () => {
    const { world, demo } = await shopThatWasAway(120);
    const range = { from: '2026-11-20T08:00:00Z', to: '2026-11-20T09:00:00Z', states: ['exhausted'] };
    const { jobId } = (await world.call(demo.receiver, 'POST /v1/redeliveries', range)).json;
    const { save } = world.ports.jobs;
    const { sendNow } = world.ports.dispatcher;
    let calls = 0;
    // Every seventh write of progress fails, and every fiftieth message stays behind for the sweep.
    world.ports.jobs.save = async (job, rev) => {
      calls += 1;
      if (calls % 7 === 0) throw new Error('died');
      return save(job, rev);
    };
    let messages = 0;
    world.ports.dispatcher.sendNow = async (lane, sent) => {
      messages += 1;
      if (messages % 50 === 0) throw new Error('died');
      return sendNow(lane, sent);
    };
    for (let run = 0; run < 20; run += 1) {
      await runJobs(world.ports, Number.POSITIVE_INFINITY).catch(() => undefined);
    }
    const done = await world.call(demo.receiver, `GET /v1/redeliveries/${jobId}`);
    expect(done.json).toMatchObject({ state: 'done', found: 120, sent: 120 });
    expect(new Set(world.queue.map(({ message }) => message.transactionId)).size).toBe(world.queue.length);
    expect(world.queue.length).toBe(118);
  });

  it('counts right and sends once when two runs work on it', async () => {
    const { world, demo } = await shopThatWasAway(120);
    const range = { from: '2026-11-20T08:00:00Z', to: '2026-11-20T09:00:00Z', states: ['exhausted'] };
    const { jobId } = (await world.call(demo.receiver, 'POST /v1/redeliveries', range)).json;
    const run = () => runJobs(world.ports, Number.POSITIVE_INFINITY);
    await Promise.all([run(), run(), run()]);
    await run();
    const done = await world.call(demo.receiver, `GET /v1/redeliveries/${jobId}`);
    expect(done.json).toMatchObject({ state: 'done', found: 120, sent: 120 });
    expect(world.queue).toHaveLength(120);
  });

  it.each([
    [['exhausted', 'retrying', 'exhausted'], 500],
    [['exhausted', 'blocked'], 410],
  ])('finds nothing a second time that has changed its state meanwhile: %s', async (states, statusCode) => {
    const { world, demo } = await shopThatWasAway(60);
    const range = { from: '2026-11-20T08:00:00Z', to: '2026-11-20T09:00:00Z', states };
    const { jobId } = (await world.call(demo.receiver, 'POST /v1/redeliveries', range)).json;
    world.receiver.answer = () => statusExchange(statusCode);
    const { sendNow } = world.ports.dispatcher;
    world.ports.dispatcher.sendNow = async (lane, messages) => {
      await sendNow(lane, messages);
      for (const sent of world.queue.splice(0))
        if (sent.atMs <= world.time.nowMs) await world.deliverOne(sent);
    };
    await runJobs(world.ports, Number.POSITIVE_INFINITY);
    const done = await world.call(demo.receiver, `GET /v1/redeliveries/${jobId}`);
    expect(done.json).toMatchObject({ state: 'done', found: 60, sent: 60 });
  });

  it('is another merchant’s secret', async () => {
    const { world, demo } = await shop();
    const other = await world.merchant('other');
    const range = { from: '2026-11-20T08:00:00Z', to: '2026-11-20T09:00:00Z' };
    const { jobId } = (await world.call(demo.receiver, 'POST /v1/redeliveries', range)).json;
    const answer = await world.call(other.receiver, `GET /v1/redeliveries/${jobId}`);
    expect(answer.json).toMatchObject({ status: 404, code: 'unknown_job' });
  });

  it('runs three at a time for one merchant, and refuses more', async () => {
    const { world, demo } = await shop();
    const range = { from: '2026-11-20T08:00:00Z', to: '2026-11-20T09:00:00Z' };
    const start = async () => (await world.call(demo.receiver, 'POST /v1/redeliveries', range)).status;
    const answers = await Promise.all([start(), start(), start(), start(), start()]);
    expect(answers.sort()).toEqual([202, 202, 202, 409, 409]);
    await runJobs(world.ports, Number.POSITIVE_INFINITY);
    expect(await start()).toBe(202);
  });

  it('refuses a range that ends before it begins', async () => {
    const { world, demo } = await shop();
    const range = { from: '2026-11-20T09:00:00Z', to: '2026-11-20T08:00:00Z' };
    const answer = await world.call(demo.receiver, 'POST /v1/redeliveries', range);
    expect(answer.json).toMatchObject({ code: 'invalid_range', errors: [{ pointer: '/to' }] });
  });
});
