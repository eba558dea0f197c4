import { describe, expect, it } from 'vitest';
import { firstWindow } from '../../support/first-window.ts';
import { audit } from '../../support/scheduled-runs.ts';
import { MINUTE, recordElsewhere, shop } from './closing-shop.ts';

/** A shop with one outcome, whose window was closed and then changed. */
async function shopWithChangedWindow() {
  const opened = await shop();
  const { world, record, windows } = opened;
  await record('pay_1');
  world.time.nowMs += 6 * MINUTE;
  await world.closeWindows();
  const [closed] = windows();
  if (closed === undefined) throw new Error('nothing was closed');
  await world.ports.windows.revise({ ...closed, groups: [], revision: 0 }, 0);
  world.time.nowMs += 30 * MINUTE;
  await world.closeWindows();
  return { ...opened, closed };
}

describe('the audit', () => {
  it('makes and counts a notification that came to nothing, once, and it is then delivered', async () => {
    const { world, demo, record } = await shop();
    await demo.endpoint();
    await record('pay_1');
    world.time.nowMs += 30 * MINUTE;
    await world.closeWindows();
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
    await world.closeWindows();
    await audit(world);
    expect(world.events.filter(({ event }) => event === 'lost' || event === 'window_revised')).toEqual([]);
  });

  it('corrects and counts a window that changed after it was closed', async () => {
    const { world, windows } = await shopWithChangedWindow();
    await audit(world);
    expect(windows()).toMatchObject([{ revision: 1, groups: [{ count: 1 }] }]);
    expect(world.events.filter(({ event }) => event === 'window_revised')).toHaveLength(1);
  });

  it('states the days of a corrected window again, also where it died after the correction', async () => {
    const { world, windows, closed } = await shopWithChangedWindow();
    const { entry } = world.ports.directory;
    world.ports.directory.entry = () => {
      world.ports.directory.entry = entry;
      return Promise.reject(new Error('died'));
    };
    await audit(world);
    const { merchantId, start, end } = closed;
    expect(windows()).toMatchObject([{ revision: 1 }]);
    expect((await entry(merchantId))?.own.stated.open).toBeUndefined();
    await audit(world);
    expect((await entry(merchantId))?.own.stated.open).toEqual({ through: start, until: end });
  });

  it('waits while the stream is behind, but not for ever', async () => {
    const { world, demo, record } = await shop();
    await demo.endpoint();
    for (let n = 0; n < 20; n += 1) await record(`pay_${n}`);
    world.time.nowMs += 25 * MINUTE;
    await world.closeWindows();
    await audit(world);
    expect(world.events.filter(({ event }) => event === 'lost')).toHaveLength(0);
    world.time.nowMs += 90 * MINUTE;
    for (let run = 0; run < 4; run += 1) await world.closeWindows();
    await audit(world);
    expect(world.events.filter(({ event }) => event === 'lost')).toHaveLength(20);
  });
});

describe('the audit and the lanes', () => {
  /** A shop with one missing notification among a few, a while after its window ended. */
  async function shopThatMissesOne() {
    const { world, demo, record } = await shop();
    await demo.endpoint();
    for (let n = 0; n < 3; n += 1) await record(`pay_${n}`);
    await world.relayAll();
    world.queue.pop();
    await world.drain();
    world.time.nowMs += 25 * MINUTE;
    await world.closeWindows();
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
    await world.closeWindows();
    await audit(world);
    expect(asked).toEqual([]);
  });

  it('measures each lane once a run, however much is missing in however many partitions', async () => {
    const { world, asked, lost } = await shopThatMissesOne();
    await recordElsewhere(world, 20);
    world.time.nowMs += 25 * MINUTE;
    await world.closeWindows();
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
  it('waits only for the merchant whose stream is behind', async () => {
    const { world, demo, record } = await shop();
    await demo.endpoint();
    for (let n = 0; n < 20; n += 1) await record(`pay_${n}`);
    await recordElsewhere(world, 40);
    world.time.nowMs += 25 * MINUTE;
    await world.closeWindows();
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
    await world.closeWindows();
    await audit(world);
    expect(world.events.filter(({ event }) => event === 'lost')).toEqual([]);
    world.time.nowMs += 60 * MINUTE;
    await world.closeWindows();
    await audit(world);
    expect(world.events.filter(({ event }) => event === 'lost')).toHaveLength(1);
    expect(world.events.filter(({ event }) => event === 'window_revised')).toEqual([]);
    expect(windows()).toEqual([]);
  });

  it('finds a window that says more than there is', async () => {
    const { world, record, windows } = await shop();
    await record('pay_1');
    world.time.nowMs += 6 * MINUTE;
    await world.closeWindows();
    const [closed] = windows();
    if (closed === undefined) throw new Error('nothing was closed');
    const start = '2026-11-20T08:05:00.000Z';
    await world.ports.windows.putIfAbsent({ ...closed, start, end: '2026-11-20T08:10:00.000Z' });
    world.time.nowMs += 30 * MINUTE;
    await world.closeWindows();
    await audit(world);
    expect(windows().find((window) => window.start === start)).toMatchObject({ revision: 1, groups: [] });
  });

  it('refuses a window with more groups than an item holds, and says why', async () => {
    const { world, windows } = await shop();
    const rows = firstWindow(2_001, (index) => ({ transactionType: `payment_${index}` }));
    for (const row of rows) await world.ports.outcomes.putIfAbsent(row, 0);
    world.time.nowMs += 6 * MINUTE;
    await world.closeWindows();
    expect(windows()).toEqual([]);
    expect(world.events).toContainEqual({
      event: 'close_failed',
      merchantId: 'demo',
      reason: 'too_many_groups',
    });
  });
});
