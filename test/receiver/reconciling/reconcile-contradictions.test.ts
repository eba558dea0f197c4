import { describe, expect, it } from 'vitest';
import { merchantIdSchema } from '../../../lib/core/model.ts';
import type { Conflict, Outcome } from '../../../lib/receiver/index.ts';
import { openKit } from '../../support/kit.ts';
import { createWorld } from '../../support/world.ts';
import { everythingOnce, fillFirst, markOf, trade } from './reconciling-kit.ts';

describe('reconciling', () => {
  it('reports conflicts, goes on, and does not ask again in vain', async () => {
    const conflicts: Conflict[] = [];
    const kit = await openKit(createWorld(), {
      receiver: { onConflict: (conflict) => void conflicts.push(conflict) },
    });
    const outcomes = await trade(kit, { windows: 3, each: 4, tells: (index) => index !== 5 && index !== 8 });
    await kit.tell({ ...(outcomes[5] as Outcome), status: 'FAILED' });
    await kit.tell({ ...(outcomes[5] as Outcome), transactionId: 'forged_1' });
    const report = await kit.receiver.reconcile();
    expect(report).toMatchObject({ applied: 1, conflicts: 2, unsettled: 0, differing: 2 });
    expect(conflicts).toMatchObject([
      {
        kind: 'contents',
        applied: { transactionId: 'pay_5', status: 'FAILED' },
        received: { status: 'SUCCEEDED' },
      },
      { kind: 'unknown_there', applied: { transactionId: 'forged_1' }, asOf: expect.any(String) },
    ]);
    expect(await markOf(kit.store)).toBe(report.through);
    expect(kit.applied.filter(({ transactionId }) => transactionId === 'pay_5')).toHaveLength(1);
  });

  it('reports what was applied and is not listed', async () => {
    const world = createWorld();
    const conflicts: Conflict[] = [];
    const kit = await openKit(world, {
      receiver: { onConflict: (conflict) => void conflicts.push(conflict) },
    });
    await trade(kit, { windows: 1, each: 2, tells: () => true });
    const { page } = world.ports.feed;
    const standing = await world.ports.windows.read(
      merchantIdSchema().parse('demo'),
      '2026-11-20T08:00:00.000Z',
    );
    if (standing === undefined) throw new Error('no window');
    await world.ports.windows.revise({ ...standing, groups: [], revision: 1 }, 0);
    world.ports.feed.page = async (options) => ({ ...(await page(options)), rows: [] });
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 0, conflicts: 2 });
    expect(conflicts.map(({ kind }) => kind)).toEqual(['unlisted_there', 'unlisted_there']);
  });

  it('does not move past a conflict without onConflict', async () => {
    const kit = await openKit(createWorld());
    const outcomes = await trade(kit, { windows: 4, each: 2, tells: (index) => index !== 5 && index !== 7 });
    await kit.tell({ ...(outcomes[5] as Outcome), status: 'FAILED' });
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 1, conflicts: 1, unsettled: 1 });
    expect(await markOf(kit.store)).toBe('2026-11-20T08:10:00.000Z');
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 0, conflicts: 1, unsettled: 1 });
  });

  it('misses nothing of the types that its endpoint has, and asks for no others', async () => {
    const world = createWorld();
    const kit = await openKit(world, { service: { types: ['refund.*', 'payment.failed'] } });
    const outcomes = await trade(kit, { windows: 2, each: 8, tells: (index) => index % 8 === 0 });
    const failed = await kit.record('pay_failed', { status: 'FAILED' });
    await kit.pass(6);
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 3 });
    const refunds = outcomes.filter(({ transactionType }) => transactionType === 'refund');
    everythingOnce(kit, [...refunds, failed]);
    expect(kit.applied).toHaveLength(refunds.length + 1);
    expect((await kit.receiver.compare())?.isEqual).toBe(true);
  });

  it.each([
    ['a window', 3],
    ['a bucket', 1_200],
  ])('does not pass over a list of %s that lacks a row which the digest has', async (_, count) => {
    const world = createWorld();
    const kit = await openKit(world);
    const rows = await fillFirst(world, kit, count);
    for (const row of rows.slice(1)) await kit.tell(row);
    const { page } = world.ports.feed;
    world.ports.feed.page = async (options) => {
      const found = await page(options);
      return { ...found, rows: found.rows.filter(({ transactionId }) => transactionId !== 'pay_0') };
    };
    const mark = () => markOf(kit.store);
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 0, unsettled: 1 });
    expect(await mark()).toBe('2026-11-20T08:00:00.000Z');
    world.ports.feed.page = page;
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 1, unsettled: 0 });
    expect(await mark()).toBe('2026-11-20T08:05:00.000Z');
  });
});
