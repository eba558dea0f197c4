import { describe, expect, it } from 'vitest';
import { createDigestSum } from '../../../lib/core/feed/digest.ts';
import { merchantIdSchema, outcomeSchema } from '../../../lib/core/model.ts';
import { openKit } from '../../support/kit.ts';
import { createWorld, payment } from '../../support/world.ts';
import { everythingOnce, fillFirst, markOf, trade } from './reconciling-kit.ts';

describe('reconciling', () => {
  it('finds what no callback delivered, applies it, and acknowledges it', async () => {
    const world = createWorld();
    const kit = await openKit(world);
    await kit.merchant.endpoint();
    await kit.pass(1);
    const lost = new Set([3, 17, 18, 39]);
    const outcomes = await trade(kit, { windows: 8, each: 5, tells: (index) => !lost.has(index) });
    expect((await kit.receiver.compare())?.isEqual).toBe(false);

    const report = await kit.receiver.reconcile();
    expect(report).toMatchObject({
      from: '2026-11-20T07:00:00.000Z',
      through: '2026-11-20T08:40:00.000Z',
      windows: 20,
      differing: 3,
      applied: 4,
      acknowledged: 4,
      conflicts: 0,
      unsettled: 0,
    });
    everythingOnce(kit, outcomes);
    const found = kit.applied.filter(({ amount }) => lost.has(amount));
    expect(found.map(({ metadata }) => metadata)).toEqual([...lost].map((index) => ({ index })));
    expect(await kit.receiver.compare()).toMatchObject({ isEqual: true, here: { count: 40 } });
    const { json } = await world.call(kit.merchant.receiver, 'GET /v1/transactions/pay_17');
    expect(json.notifications).toMatchObject([{ state: 'acknowledged' }]);
  });

  it('asks one question where nothing is missing', async () => {
    const kit = await openKit(createWorld());
    await trade(kit, { windows: 20, each: 2, tells: () => true });
    expect(await kit.receiver.reconcile()).toMatchObject({ differing: 0, requests: 1 });
    await kit.pass(30);
    expect(await kit.receiver.reconcile()).toMatchObject({ differing: 0, requests: 1 });
  });

  it('begins where the last run ended, and a little before: what was corrected there is found', async () => {
    const world = createWorld();
    const kit = await openKit(world);
    await trade(kit, { windows: 40, each: 1, tells: () => true });
    const { through = '' } = await kit.receiver.reconcile();
    expect(await markOf(kit.store)).toBe(through);

    // What the index showed too late: the audit finds it, and raises the window's revision.
    const start = '2026-11-20T10:00:00.000Z';
    const listedAt = '2026-11-20T10:01:00.000Z';
    const late = outcomeSchema().parse({
      merchantId: 'demo',
      transactionId: 'late_1',
      version: 1,
      ...payment(),
      recordedAt: listedAt,
      listedAt,
    });
    await world.ports.outcomes.putIfAbsent(late, 0);
    const standing = await world.ports.windows.read(merchantIdSchema().parse('demo'), start);
    if (standing === undefined) throw new Error('no window');
    const rows = [late, outcomeSchema().parse({ ...kit.applied.find(({ listedAt: at }) => at >= start) })];
    const sum = createDigestSum();
    for (const row of rows) sum.add(row);
    await world.ports.windows.revise({ ...standing, groups: sum.groups(), revision: 1 }, 0);

    const report = await kit.receiver.reconcile();
    expect(report).toMatchObject({ from: '2026-11-20T09:20:00.000Z', applied: 1, differing: 1 });
    expect(kit.store.get('late_1')).toBe(1);
  });

  it('takes whole windows where most of one is missing, as after an outage', async () => {
    const world = createWorld();
    const kit = await openKit(world);
    const rows = await fillFirst(world, kit, 600);
    const report = await kit.receiver.reconcile();
    expect(report).toMatchObject({ applied: 600, differing: 1 });
    everythingOnce(kit, rows);
    const paths = kit.asked.map((request) => request.replace(/pay_\d+|cursor=[^&]*/g, '…'));
    expect(paths.filter((path) => path.includes('buckets'))).toEqual([]);
    expect(paths.filter((path) => path.includes('limit=500'))).toHaveLength(2);
  });

  it('descends to buckets where a window of many rows misses a few', async () => {
    const world = createWorld();
    const kit = await openKit(world);
    const rows = await fillFirst(world, kit, 1_200);
    for (const [index, row] of rows.entries()) if (index % 400 !== 7) await kit.tell(row);
    const report = await kit.receiver.reconcile();
    expect(report).toMatchObject({ applied: 3, differing: 1 });
    // Day, hour, window, buckets; and of each that was lost its bucket and itself.
    expect(report.requests).toBe(10);
    expect(report.bytes).toBeLessThan(50_000);
    everythingOnce(kit, rows);
  });
});
