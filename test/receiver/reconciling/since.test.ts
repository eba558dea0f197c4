import { describe, expect, it } from 'vitest';
import { createReceiver, type ReceiverOptions } from '../../../lib/receiver/index.ts';
import type { MemoryTransaction } from '../../../lib/receiver/stores/memory.ts';
import { openKit, SINCE } from '../../support/kit.ts';
import { createWorld } from '../../support/world.ts';
import { trade } from './reconciling-kit.ts';

const HOUR_LATER = '2026-11-20T09:00:00Z';
/** SINCE, as reports write it. */
const FIRST = new Date(SINCE).toISOString();
const none = () => false;

/** A kit whose receiver is started again and again on the same store, each time with another `since`. */
async function openRestarting() {
  let since: string | undefined;
  const kit = await openKit(createWorld());
  const start = (next: string | undefined) => {
    since = next;
    const { since: _, ...service } = kit.options.service ?? {};
    const options = { ...kit.options, service: { ...service, ...(since !== undefined && { since }) } };
    return createReceiver<MemoryTransaction>(options as ReceiverOptions<MemoryTransaction>);
  };
  return { kit, start };
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
    expect(await start(HOUR_LATER).compare()).toMatchObject({ from: '2026-11-20T08:10:00.000Z' });
    expect(await start(HOUR_LATER).reconcile()).toMatchObject({
      from: '2026-11-20T08:10:00.000Z',
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
  expect(await kit.store.mark('demo', 'reconciledThrough')).toBeUndefined();
  await start(SINCE).reconcile({ ...gap, acceptGap: true });
  expect(await kit.store.mark('demo', 'reconciledThrough')).toBe('2026-11-20T09:15:00.000Z');
});
