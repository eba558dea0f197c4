import { describe, expect, it, vi } from 'vitest';
import { createReceiver, type ReceiverOptions } from '../../../lib/receiver/index.ts';
import type { MemoryTransaction } from '../../../lib/receiver/stores/memory.ts';
import type { MarkName } from '../../../lib/receiver/stores/receiver-store.ts';
import { openKit, SINCE } from '../../support/kit.ts';
import { createWorld } from '../../support/world.ts';
import { markOf, trade } from './reconciling-kit.ts';

const HOUR_LATER = '2026-11-20T09:00:00Z';
/** SINCE, as reports write it. */
const FIRST = new Date(SINCE).toISOString();
const none = () => false;

type Store = ReceiverOptions<MemoryTransaction>['store'];

/** A kit whose receiver is started again and again on the same store, each time with another `since`. */
async function openRestarting() {
  const kit = await openKit(createWorld());
  const start = (since: string | undefined, store: Store = kit.store) => {
    const { since: _, ...service } = kit.options.service ?? {};
    const options = { ...kit.options, store, service: { ...service, ...(since !== undefined && { since }) } };
    return createReceiver<MemoryTransaction>(options as ReceiverOptions<MemoryTransaction>);
  };
  return { kit, start };
}

/** Calls `before` before a mark is written. */
function writingMarks(store: Store, before: (name: MarkName) => void | Promise<void>): Store {
  return {
    ...store,
    async setMark(merchantId, name, value) {
      await before(name);
      await store.setMark(merchantId, name, value);
    },
  };
}

describe('a receiver that is started with a later `since` each time', () => {
  it('leaves out nothing that was listed before a first window was closed', async () => {
    const { kit, start } = await openRestarting();
    expect(await start(SINCE).reconcile()).toMatchObject({ through: undefined, applied: 0 });
    await trade(kit, { windows: 15, each: 1, tells: none });
    const later = start(HOUR_LATER);
    expect(await later.compare()).toMatchObject({ from: FIRST, isEqual: false });
    expect(await later.reconcile()).toMatchObject({ from: FIRST, applied: 15 });
    expect(await later.compare()).toMatchObject({ from: FIRST, isEqual: true });
  });

  it('leaves out nothing behind its mark, and looks back as before', async () => {
    const { kit, start } = await openRestarting();
    await trade(kit, { windows: 40, each: 1, tells: none });
    await start(SINCE).reconcile({ to: '2026-11-20T11:00:00Z' });
    expect(await start('2026-11-20T12:00:00Z').reconcile()).toMatchObject({
      from: '2026-11-20T09:00:00.000Z',
      applied: 4,
    });
  });

  it('goes on from the mark of a store that does not know since when', async () => {
    const { kit, start } = await openRestarting();
    await trade(kit, { windows: 15, each: 1, tells: (index) => index < 2 });
    await kit.store.setMark('demo', 'reconciledThrough', '2026-11-20T08:10:00.000Z');
    expect(await start(HOUR_LATER).compare()).toMatchObject({ from: '2026-11-20T06:00:00.000Z' });
    expect(await start(HOUR_LATER).reconcile()).toMatchObject({
      from: '2026-11-20T06:10:00.000Z',
      applied: 13,
    });
  });

  it('skips nothing of the feed', async () => {
    const { kit, start } = await openRestarting();
    await start(SINCE).reconcile();
    await trade(kit, { windows: 15, each: 1, tells: none });
    expect(await start(HOUR_LATER).follow()).toMatchObject({ read: 15, applied: 15 });
  });
});

describe('two processes that start at once, each with another `since`', () => {
  /** The first dies before it has settled anything, or afterwards; what it wrote is there before the second writes. */
  async function openRace(dyingAt: MarkName) {
    const { kit, start } = await openRestarting();
    await trade(kit, { windows: 72, each: 1, tells: none });
    const firstIsOver = Promise.withResolvers<void>();
    const second = start(
      '2026-11-20T13:00:00Z',
      writingMarks(kit.store, () => firstIsOver.promise),
    );
    const running = second.reconcile();
    const dying = writingMarks(kit.store, (name) => {
      if (name === dyingAt) throw new Error('killed');
    });
    await vi.waitUntil(() => kit.asked.length > 0);
    await expect(start(SINCE, dying).reconcile()).rejects.toThrow('killed');
    firstIsOver.resolve();
    expect(await running).toMatchObject({ from: '2026-11-20T13:00:00.000Z', applied: 12 });
    return { kit, start };
  }

  it.each(['settled', 'since'] as const)(
    'leave out nothing, though the first is killed when it writes `%s`',
    async (dyingAt) => {
      const { kit, start } = await openRace(dyingAt);
      expect(await start(SINCE).reconcile()).toMatchObject({ from: FIRST, applied: 60, unsettled: 0 });
      expect(kit.applied).toHaveLength(72);
    },
  );

  it('keep the earlier one for all that start later', async () => {
    const { kit, start } = await openRace('settled');
    await start('2026-11-20T13:00:00Z').reconcile();
    expect(kit.applied).toHaveLength(72);
  });
});

it('compares from an earlier `since` on when it is given one, though it has a mark', async () => {
  const { kit, start } = await openRestarting();
  await trade(kit, { windows: 40, each: 1, tells: none });
  await start('2026-11-20T11:00:00Z').reconcile();
  expect(await start(SINCE).reconcile()).toMatchObject({ from: FIRST, applied: 36 });
  expect(await start(SINCE).reconcile()).toMatchObject({ from: '2026-11-20T09:20:00.000Z', requests: 1 });
});

it('joins no ranges that do not touch', async () => {
  const { kit, start } = await openRestarting();
  await trade(kit, { windows: 60, each: 1, tells: none });
  const later = '2026-11-20T11:00:00Z';
  await start(later).reconcile({ from: '2026-11-20T08:00:00Z', to: '2026-11-20T09:00:00Z' });
  await start(later).reconcile();
  expect(await kit.store.mark('demo', 'settled')).toBe('2026-11-20T11:00:00.000Z/2026-11-20T13:00:00.000Z');
  await start('2026-11-20T08:00:00Z').reconcile();
  expect(kit.applied).toHaveLength(60);
});

it('joins ranges that touch, though a `since` was never said', async () => {
  const { kit, start } = await openRestarting();
  await trade(kit, { windows: 60, each: 1, tells: none });
  await start(undefined).reconcile({ from: '2026-11-20T08:00:00Z', to: '2026-11-20T10:00:00Z' });
  await start(undefined).reconcile({ from: '2026-11-20T10:00:00Z' });
  expect(await kit.store.mark('demo', 'settled')).toBe('2026-11-20T08:00:00.000Z/2026-11-20T13:00:00.000Z');
});

it('goes on from the later mark, also where an earlier release has run meanwhile', async () => {
  const { kit, start } = await openRestarting();
  await trade(kit, { windows: 60, each: 1, tells: none });
  await start(SINCE).reconcile({ to: '2026-11-20T10:00:00Z' });
  await kit.store.setMark('demo', 'reconciledThrough', '2026-11-20T13:00:00.000Z');
  expect(await start(SINCE).reconcile()).toMatchObject({ from: '2026-11-20T11:00:00.000Z' });
});

describe('a receiver that has run for longer than the service keeps outcomes', () => {
  async function openOld() {
    const { kit, start } = await openRestarting();
    await trade(kit, { windows: 3, each: 1, tells: none });
    await start(SINCE).reconcile();
    const later = (days: number) => kit.pass(days * 1_440);
    return { kit, start, later };
  }

  it('compares and follows as before, with the `since` of its first day', async () => {
    const { kit, start, later } = await openOld();
    await later(60);
    await start(SINCE).reconcile();
    await later(35);
    await kit.record('pay_new', {});
    await kit.pass(10);
    const totals = await start(SINCE).compare();
    expect(totals).toMatchObject({ isEqual: false, there: { count: 1 }, here: { count: 0 } });
    expect(totals?.from).toBe('2026-11-25T09:00:00.000Z');
    await expect(start(SINCE).compare({ to: '2026-11-21T00:00:00Z' })).rejects.toThrow('beyond_retention');
    expect(await start(SINCE).follow()).toMatchObject({ applied: 1 });
    expect(await start(SINCE).compare()).toMatchObject({ isEqual: true, here: { count: 1 } });
  });

  it('follows again after it was away for too long, once the gap is accepted', async () => {
    const { kit, start, later } = await openOld();
    await start(SINCE).follow();
    await later(95);
    await kit.record('pay_new', {});
    await kit.pass(10);
    await expect(start(SINCE).follow()).rejects.toThrow('beyond_retention');
    await start(SINCE).reconcile({ from: '2027-02-20T00:00:00Z', acceptGap: true });
    expect(await start(SINCE).follow()).toMatchObject({ read: 1 });
    expect(kit.applied.map(({ transactionId }) => transactionId)).toContain('pay_new');
  });
});

it('applies nothing from before its responsibility, also where later runs do not say since when', async () => {
  const { kit, start } = await openRestarting();
  await trade(kit, { windows: 15, each: 1, tells: none });
  expect(await start(HOUR_LATER).reconcile()).toMatchObject({ applied: 3 });
  expect(await start(undefined).reconcile()).toMatchObject({ from: '2026-11-20T09:00:00.000Z', applied: 0 });
});

it('keeps no `since` that the service refuses: a wrong one can be corrected', async () => {
  const { kit, start } = await openRestarting();
  await expect(start('2020-01-01T00:00:00Z').reconcile()).rejects.toMatchObject({ code: 'request_refused' });
  await start('2020-01-01T00:00:00Z').reconcile({ from: SINCE });
  expect(await start(SINCE).reconcile()).toMatchObject({ from: FIRST });
  expect(await kit.store.mark('demo', 'since')).toBe(FIRST);
});

it('moves its mark over what is never compared only if that is accepted', async () => {
  const { kit, start } = await openRestarting();
  await start(SINCE).reconcile();
  await trade(kit, { windows: 15, each: 1, tells: none });
  const gap = { from: HOUR_LATER };
  expect(await start(SINCE).reconcile(gap)).toMatchObject({ applied: 3 });
  expect(await markOf(kit.store)).toBeUndefined();
  await start(SINCE).reconcile({ ...gap, acceptGap: true });
  expect(await markOf(kit.store)).toBe('2026-11-20T09:15:00.000Z');
});
