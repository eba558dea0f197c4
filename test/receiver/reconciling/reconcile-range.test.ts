import { describe, expect, it } from 'vitest';
import { closePartitions } from '../../../lib/core/bookkeeping/close.ts';
import { forEachPartition } from '../../../lib/core/partitions.ts';
import { createDigestSum as createOwnDigestSum } from '../../../lib/protocol/row-digest.ts';
import type { Outcome, ReconcileProgress } from '../../../lib/receiver/index.ts';
import { memoryStore } from '../../../lib/receiver/stores/memory.ts';
import { brokenLogs } from '../../support/broken-logs.ts';
import { openKit, SINCE } from '../../support/kit.ts';
import { createWorld } from '../../support/world.ts';
import { everythingOnce, markOf, trade } from './reconciling-kit.ts';

describe('reconciling', () => {
  it('asks nothing about what its own index does not show yet', async () => {
    const full = memoryStore();
    const isShown = ({ transactionId }: { readonly transactionId: string }) => transactionId !== 'pay_7';
    const rows = async function* (range: Parameters<typeof full.rows>[0]) {
      for await (const row of full.rows(range)) if (isShown(row)) yield row;
    };
    const store: typeof full = {
      ...full,
      rows,
      async digests({ everySeconds, ...range }) {
        const sums = new Map<number, ReturnType<typeof createOwnDigestSum>>();
        for await (const row of rows(range)) {
          const start = Math.floor(row.listedAtMs / (everySeconds * 1000)) * everySeconds * 1000;
          const sum = sums.get(start) ?? createOwnDigestSum();
          sum.addRow(row);
          sums.set(start, sum);
        }
        return new Map([...sums].map(([start, sum]) => [start, sum.digest()]));
      },
    };
    const kit = await openKit(createWorld(), { receiver: { store } });
    await trade(kit, { windows: 4, each: 3, tells: () => true });
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 0, conflicts: 0, differing: 1 });
    expect(kit.asked.filter((request) => request.includes('/v1/transactions/'))).toEqual([]);
    expect(await markOf(store)).toBe('2026-11-20T08:20:00.000Z');
  });

  it('reconciles a range on demand, and moves its mark over no gap', async () => {
    const kit = await openKit(createWorld());
    await trade(kit, { windows: 30, each: 1, tells: () => false });
    const middle = { from: '2026-11-20T09:00:00Z', to: '2026-11-20T10:00:00Z' };
    expect(await kit.receiver.reconcile(middle)).toMatchObject({
      applied: 12,
      through: '2026-11-20T10:00:00.000Z',
    });
    expect(await markOf(kit.store)).toBeUndefined();
    expect(await kit.receiver.reconcile({ to: '2026-11-20T09:00:00Z' })).toMatchObject({ applied: 12 });
    expect(await markOf(kit.store)).toBe('2026-11-20T09:00:00.000Z');
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 6 });
    expect(kit.applied).toHaveLength(30);
  });

  it('reports its progress', async () => {
    const kit = await openKit(createWorld());
    await trade(kit, { windows: 15, each: 2, tells: (index) => index !== 4 && index !== 28 });
    const seen: ReconcileProgress[] = [];
    await kit.receiver.reconcile({ onProgress: (progress) => void seen.push(progress) });
    expect(
      seen.map((one) =>
        one.event === 'compared' ? `${one.resolution} ${one.slices}/${one.differing}` : one.event,
      ),
    ).toEqual([
      'day 1/1',
      'hour 2/2',
      'window 15/2',
      'through',
      'repaired',
      'through',
      'repaired',
      'through',
    ]);
  });

  it.each(brokenLogs)('goes on although its progress goes to a log that $name', async ({ log }) => {
    const kit = await openKit(createWorld());
    await trade(kit, { windows: 2, each: 1, tells: () => false });
    expect(await kit.receiver.reconcile({ onProgress: log })).toMatchObject({ applied: 2 });
  });

  it('stops when its signal aborts, and continues from there', async () => {
    const kit = await openKit(createWorld());
    await trade(kit, { windows: 6, each: 2, tells: () => false });
    const stopping = new AbortController();
    const first = await kit.receiver.reconcile({
      signal: stopping.signal,
      onProgress: ({ event }) => event === 'repaired' && stopping.abort(),
    });
    expect(first).toMatchObject({ applied: 2, differing: 1, through: '2026-11-20T08:05:00.000Z' });
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 10, differing: 5 });
  });

  it.each([
    ['day', 1, undefined],
    ['hour', 2, undefined],
    ['window', 3, '2026-11-20T08:00:00.000Z'],
  ])(
    'stops after the question about each %s, and the next run finds all',
    async (resolution, asked, mark) => {
      const kit = await openKit(createWorld());
      await trade(kit, { windows: 3, each: 1, tells: () => false });
      const stopping = new AbortController();
      const first = await kit.receiver.reconcile({
        signal: stopping.signal,
        onProgress: (seen) => seen.event === 'compared' && seen.resolution === resolution && stopping.abort(),
      });
      expect(first).toMatchObject({ applied: 0, differing: 0, requests: asked });
      if (mark !== undefined) expect(await markOf(kit.store)).toBe(mark);
      expect(await kit.receiver.reconcile()).toMatchObject({
        applied: 3,
        through: '2026-11-20T08:15:00.000Z',
      });
    },
  );

  it('asks nothing if its signal has aborted before', async () => {
    const kit = await openKit(createWorld());
    await trade(kit, { windows: 1, each: 1, tells: () => false });
    expect(await kit.receiver.reconcile({ signal: AbortSignal.abort() })).toMatchObject({
      through: undefined,
      windows: 0,
      requests: 0,
    });
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 1 });
  });

  it('stops acknowledging what was left when its signal aborts', async () => {
    const stopping = new AbortController();
    const left = Array.from({ length: 100 }, (_, index) => ({ transactionId: `pay_${index}`, version: 1 }));
    let pages = 0;
    const store: ReturnType<typeof memoryStore> = {
      ...memoryStore(),
      async unacknowledged() {
        pages += 1;
        stopping.abort();
        return left;
      },
    };
    const kit = await openKit(createWorld(), { receiver: { store } });
    await kit.receiver.reconcile({ signal: stopping.signal });
    await kit.receiver.follow({ signal: stopping.signal });
    expect(pages).toBe(1);
    expect(kit.asked.filter((request) => request.startsWith('GET'))).toEqual([]);
  });

  it('has nothing to do while no window is closed', async () => {
    const world = createWorld();
    const kit = await openKit(world, { service: { since: '2026-11-20T08:00:00Z' } });
    expect(await kit.receiver.reconcile()).toMatchObject({ through: undefined, windows: 0, applied: 0 });
    await kit.record('pay_1');
    await world.closeWindows();
    expect(await kit.receiver.reconcile()).toMatchObject({ through: undefined, applied: 0 });
    await kit.pass(6);
    expect(await kit.receiver.reconcile()).toMatchObject({ through: '2026-11-20T08:05:00.000Z', applied: 1 });
  });

  it('looks at months by what the service answers in one piece', async () => {
    const world = createWorld();
    world.time.nowMs = Date.parse('2026-09-01T08:00:00Z');
    const kit = await openKit(world, { service: { since: '2026-09-01T00:00:00Z' } });
    await kit.record('pay_1');
    world.time.nowMs = Date.parse('2026-11-20T08:00:00Z');
    await kit.record('pay_2');
    world.time.nowMs += 6 * 60_000;
    const mark = { through: '2026-09-01T08:00:00.000Z', windowSeconds: 300 };
    await forEachPartition((partition) => world.ports.directory.saveMark(partition, 'closed', mark));
    for (let run = 0; run < 80 * 24 + 1; run += 1) await world.closeWindows();
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 2, through: '2026-11-20T08:05:00.000Z' });
  });

  it('reconciles windows of ten seconds as well', async () => {
    const world = createWorld();
    const kit = await openKit(world);
    const ports = { ...world.ports, windowSeconds: 10, feedLagSeconds: 3 };
    const outcomes: Outcome[] = [];
    for (let index = 0; index < 40; index += 1) {
      const outcome = await kit.record(`pay_${index}`);
      outcomes.push(outcome);
      if (index % 13 !== 5) await kit.tell(outcome);
      world.time.nowMs += 4_000;
      await closePartitions(ports, { deadlineMs: Number.POSITIVE_INFINITY });
    }
    world.time.nowMs += 15_000;
    for (let run = 0; run < 3; run += 1)
      await closePartitions(ports, { deadlineMs: Number.POSITIVE_INFINITY });
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 3 });
    everythingOnce(kit, outcomes);
    expect((await kit.receiver.compare())?.isEqual).toBe(true);
  });

  it('compares from two hours before the mark of the last run, where nothing says since when', async () => {
    const world = createWorld();
    const kit = await openKit(world, { service: { since: undefined as unknown as string } });
    await kit.pass(1);
    await trade(kit, { windows: 40, each: 1, tells: () => true });
    await kit.receiver.reconcile({ from: SINCE });
    const mark = await markOf(kit.store);
    const begin = new Date(Date.parse(String(mark)) - 2 * 3_600_000).toISOString();
    const totals = await kit.receiver.compare();
    expect(totals).toMatchObject({ from: begin, through: mark, isEqual: true });
    expect(totals?.here.count).toBeGreaterThan(0);
    expect(totals?.here.count).toBeLessThan(40);
    expect((await kit.receiver.reconcile()).from).toBe(begin);
    // What it is given goes before what it remembers.
    expect((await kit.receiver.compare({ from: SINCE }))?.here.count).toBe(40);
  });

  it('requires the time from which it accounts for applied outcomes', async () => {
    const world = createWorld();
    const { receiver } = await openKit(world, { service: { since: undefined as unknown as string } });
    await expect(receiver.reconcile()).rejects.toMatchObject({ code: 'since_missing' });
    await expect(receiver.compare()).rejects.toMatchObject({ code: 'since_missing' });
    const wrong = (service: object) => openKit(createWorld(), { service });
    // Without an offset it would be another hour on each machine, and hours would be left out on some.
    for (const since of [
      '2026-11-20T08:30:00Z',
      '2026-11-20T08:00:00',
      'Nov 20 2026',
      '2026-02-30T00:00:00Z',
    ]) {
      await expect(wrong({ since })).rejects.toMatchObject({ code: 'invalid_time' });
    }
    await expect(wrong({ types: ['payment'] })).rejects.toMatchObject({ code: 'invalid_types' });
    await expect(wrong({ types: [] })).rejects.toMatchObject({ code: 'invalid_types' });
    await expect(receiver.reconcile({ from: SINCE, to: 'now' })).rejects.toMatchObject({
      code: 'invalid_time',
    });
    await expect(receiver.reconcile({ from: '2026-01-01T00:00:00Z' })).rejects.toMatchObject({
      code: 'request_refused',
      message: expect.stringContaining('beyond_retention'),
    });
  });
});
