import { describe, expect, it } from 'vitest';
import { closePartitions, reportIgnoredLength } from '../../../lib/core/bookkeeping/close.ts';
import { Fault } from '../../../lib/core/faults.ts';
import { PARTITIONS } from '../../../lib/core/partitions.ts';
import { START_MS } from '../../support/world.ts';
import { MINUTE, shop } from './closing-shop.ts';

describe('closing windows', () => {
  it('waits for the feed lag, closes each window once, and leaves out what is empty', async () => {
    const { world, record, windows } = await shop();
    await record('pay_1');
    await record('pay_2', { status: 'FAILED' });
    world.time.nowMs = START_MS + 5 * MINUTE + 29_000;
    await world.closeWindows();
    expect(windows()).toEqual([]);
    world.time.nowMs += 1_000;
    await world.closeWindows();
    await world.closeWindows();
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
    await world.closeWindows();
    expect(windows()).toHaveLength(1);
  });

  it('keeps the length of its first windows, and reports once in a run that another one is ignored', async () => {
    const { world, record, windows } = await shop();
    const closeWith = async (windowSeconds: number) => {
      const ports = { ...world.ports, windowSeconds };
      const deadlineMs = Number.POSITIVE_INFINITY;
      reportIgnoredLength(ports, await closePartitions(ports, { deadlineMs }));
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
    await world.closeWindows();
    expect(windows()).toMatchObject([{ start: '2026-11-20T07:55:00.000Z', groups: [{ count: 1 }] }]);
  });

  it('does not list or count a PENDING', async () => {
    const { world, record, windows } = await shop();
    await record('pay_1', { status: 'PENDING' });
    world.time.nowMs += 6 * MINUTE;
    await world.closeWindows();
    expect(windows()).toEqual([]);
  });

  it('catches up after an outage, hour by hour, without leaving out a window', async () => {
    const { world, record, windows } = await shop();
    for (let n = 0; n < 30; n += 1) {
      await record(`pay_${n}`);
      world.time.nowMs += 5 * MINUTE;
    }
    world.time.nowMs += MINUTE;
    for (let run = 0; run < 4; run += 1) await world.closeWindows();
    expect(windows()).toHaveLength(30);
  });

  it('gives a merchant that cannot be closed a mark of its own, and makes up for it later', async () => {
    const { world, record, windows } = await shop();
    await record('pay_1');
    const { page } = world.ports.feed;
    world.ports.feed.page = () =>
      Promise.reject(new Fault({ code: 'unavailable', message: 'away', retryable: true }));
    world.time.nowMs += 6 * MINUTE;
    await world.closeWindows();
    expect(windows()).toEqual([]);
    expect(world.events).toContainEqual(
      expect.objectContaining({ event: 'close_failed', merchantId: 'demo' }),
    );
    world.ports.feed.page = page;
    await world.closeWindows();
    expect(windows()).toHaveLength(1);
    const marks = await Promise.all(
      Array.from({ length: PARTITIONS }, (_, partition) => world.ports.directory.list(partition)),
    );
    expect(marks.flat()).toMatchObject([
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
    await world.closeWindows();
    await record('pay_2');
    // While the older run reads, the newer one fails further on and moves the partition's mark.
    let isOlder = true;
    world.ports.feed.page = async (options) => {
      if (!isOlder) return away();
      isOlder = false;
      const found = await page(options);
      world.time.nowMs += 5 * MINUTE;
      await world.closeWindows();
      return found;
    };
    await world.closeWindows();
    world.ports.feed.page = page;
    await world.closeWindows();
    expect(windows()).toHaveLength(2);
  });
});
