import { describe, expect, it } from 'vitest';
import { closePartition } from '../../lib/core/bookkeeping/close.ts';
import { createDigestSum } from '../../lib/core/feed/digest.ts';
import { merchantIdSchema, outcomeSchema } from '../../lib/core/model.ts';
import { forEachPartition } from '../../lib/core/partitions.ts';
import { createDigestSum as createOwnDigestSum } from '../../lib/protocol/row-digest.ts';
import type { Conflict, Outcome, ReconcileProgress } from '../../lib/receiver/index.ts';
import { memoryStore } from '../../lib/receiver/stores/memory.ts';
import { signedAnswer } from '../../lib/receiver/testing/index.ts';
import { firstWindow } from '../support/first-window.ts';
import { fetchOf, openKit, SINCE } from '../support/kit.ts';
import { createWorld, payment, START_MS } from '../support/world.ts';

type Kit = Awaited<ReturnType<typeof openKit>>;

/** Records some outcomes in each of the next windows, and tells those that `tells` lets through. */
async function trade(
  kit: Kit,
  { windows, each, tells }: { windows: number; each: number; tells: (index: number) => boolean },
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let index = 0; index < windows * each; index += 1) {
    const content = { amount: index, metadata: { index }, transactionType: index % 4 ? 'payment' : 'refund' };
    const outcome = await kit.record(`pay_${index}`, content);
    outcomes.push(outcome);
    if (tells(index)) expect(await kit.tell(outcome)).toBe(204);
    if (index % each === each - 1) await kit.pass(5);
  }
  await kit.pass(1);
  return outcomes;
}

/** Many rows of the first window, straight into the service's table, and closed. */
async function fillFirst(world: ReturnType<typeof createWorld>, kit: Kit, count: number): Promise<Outcome[]> {
  const rows = firstWindow(count);
  for (const row of rows) await world.ports.outcomes.putIfAbsent(row, 0);
  await kit.pass(6);
  return rows.map((row) => ({ metadata: {}, ...row }) as unknown as Outcome);
}

/** The service's audit found something in the first window: it has another revision. */
async function revise(world: ReturnType<typeof createWorld>): Promise<void> {
  const { windows } = world.ports;
  const window = await windows.read(merchantIdSchema.parse('demo'), new Date(START_MS).toISOString());
  if (window === undefined) throw new Error('The first window is not closed.');
  await windows.revise({ ...window, revision: window.revision + 1 }, window.revision);
}

const everythingOnce = (kit: Kit, outcomes: readonly Outcome[]) => {
  for (const { transactionId } of outcomes) expect(kit.store.get(transactionId)).toBe(1);
};

describe('reconciling', () => {
  it('finds what no callback brought, applies it whole, and acknowledges it', async () => {
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
    expect(await kit.store.mark('demo', 'reconciledThrough')).toBe(through);

    // What the index showed too late: the audit finds it, and raises the window's revision.
    const start = '2026-11-20T10:00:00.000Z';
    const listedAt = '2026-11-20T10:01:00.000Z';
    const late = outcomeSchema.parse({
      merchantId: 'demo',
      transactionId: 'late_1',
      version: 1,
      ...payment(),
      recordedAt: listedAt,
      listedAt,
    });
    await world.ports.outcomes.putIfAbsent(late, 0);
    const standing = await world.ports.windows.read(merchantIdSchema.parse('demo'), start);
    if (standing === undefined) throw new Error('no window');
    const rows = [late, outcomeSchema.parse({ ...kit.applied.find(({ listedAt: at }) => at >= start) })];
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
    const rows = await fillFirst(world, kit, 1_200);
    const report = await kit.receiver.reconcile();
    expect(report).toMatchObject({ applied: 1_200, differing: 1 });
    everythingOnce(kit, rows);
    const paths = kit.asked.map((request) => request.replace(/pay_\d+|cursor=[^&]*/g, '…'));
    expect(paths.filter((path) => path.includes('buckets'))).toEqual([]);
    expect(paths.filter((path) => path.includes('limit=500'))).toHaveLength(3);
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

  it.each([
    [1, { applied: 1_200, unsettled: 0 }, { applied: 0 }],
    [9, { applied: 500, unsettled: 1 }, { applied: 700 }],
  ])(
    'begins a window again that is revised %i times while its pages are read',
    async (times, ...expected) => {
      const world = createWorld();
      let left = times;
      const kit = await openKit(world, {
        service: {
          fetch: async (url, init) => {
            const answer = await fetchOf(world)(url, init);
            const isFirstPage = url.includes('/transactions?') && !url.includes('cursor=');
            if (isFirstPage && left > 0) {
              left -= 1;
              await revise(world);
            }
            return answer;
          },
        },
      });
      const rows = await fillFirst(world, kit, 1_200);
      expect(await kit.receiver.reconcile()).toMatchObject(expected[0]);
      left = 0;
      expect(await kit.receiver.reconcile()).toMatchObject({ unsettled: 0, ...expected[1] });
      everythingOnce(kit, rows);
    },
  );

  it.each(['window_too_large', 'window_in_doubt'])(
    'takes all rows where the service sums up no buckets: %s',
    async (code) => {
      const world = createWorld();
      const kit = await openKit(world, {
        service: {
          fetch: async (url, init) => {
            if (!url.includes('buckets=256')) return fetchOf(world)(url, init);
            const request = `GET ${url.slice('https://tidings.example'.length)}`;
            const refusal = { status: 409, merchantId: 'demo', request, content: { code } };
            return signedAnswer(refusal, {
              merchantSecrets: kit.merchant.secret,
              now: () => world.time.nowMs,
            });
          },
        },
      });
      const rows = await fillFirst(world, kit, 600);
      for (const row of rows.slice(1)) await kit.tell(row);
      expect(await kit.receiver.reconcile()).toMatchObject({ applied: 1 });
      everythingOnce(kit, rows);
    },
  );

  it.each([
    ['answer_too_large', {}],
    ['range_too_long', { maxSeconds: 3_600, windowSeconds: 300, closedThrough: '2026-11-20T11:20:00.000Z' }],
  ])('asks for less at a time where the answer would be %s', async (code, details) => {
    const world = createWorld();
    const kit = await openKit(world, {
      service: {
        fetch: async (url, init) => {
          const { pathname, search, searchParams } = new URL(url);
          const [from, to] = ['from', 'to'].map((name) => Date.parse(searchParams.get(name) ?? ''));
          const isLong = !(Number(to) - Number(from) <= 3_600_000);
          if (pathname !== '/v1/windows' || !isLong) return fetchOf(world)(url, init);
          const refusal = {
            merchantId: 'demo',
            request: `GET ${pathname}${search}`,
            content: { code, ...details },
          };
          const own = { merchantSecrets: kit.merchant.secret, now: () => world.time.nowMs };
          return signedAnswer({ status: 400, ...refusal }, own);
        },
      },
    });
    await trade(kit, { windows: 40, each: 1, tells: (index) => index % 5 !== 2 });
    expect(await kit.receiver.reconcile({ to: '2026-11-20T11:00:00Z' })).toMatchObject({ applied: 7 });
    expect((await kit.receiver.compare({ to: '2026-11-20T11:00:00Z' }))?.isEqual).toBe(true);
    // Pieces of a day are one day: nothing differs, and no closer look is taken.
    const looks: string[] = [];
    await kit.receiver.reconcile({
      from: SINCE,
      to: '2026-11-20T11:00:00Z',
      onProgress: (progress) =>
        void looks.push(progress.event === 'compared' ? progress.resolution : progress.event),
    });
    expect(looks).toEqual(['day']);
  });

  it('does not ask for ever what is always too long', async () => {
    const world = createWorld();
    const kit = await openKit(world, {
      service: {
        fetch: async (url) => {
          const content = {
            code: 'range_too_long',
            maxSeconds: 0,
            windowSeconds: 300,
            closedThrough: '2026-11-20T08:00:00.000Z',
          };
          const request = `GET ${url.slice('https://tidings.example'.length)}`;
          const own = { merchantSecrets: kit.merchant.secret, now: () => world.time.nowMs };
          return signedAnswer({ status: 400, merchantId: 'demo', request, content }, own);
        },
      },
    });
    await expect(kit.receiver.reconcile()).rejects.toMatchObject({ code: 'request_refused' });
    expect(kit.applied).toEqual([]);
  });

  it('tells of what contradicts, goes on, and does not ask again in vain', async () => {
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
    expect(await kit.store.mark('demo', 'reconciledThrough')).toBe(report.through);
    expect(kit.applied.filter(({ transactionId }) => transactionId === 'pay_5')).toHaveLength(1);
  });

  it('tells of what was applied and is not listed', async () => {
    const world = createWorld();
    const conflicts: Conflict[] = [];
    const kit = await openKit(world, {
      receiver: { onConflict: (conflict) => void conflicts.push(conflict) },
    });
    await trade(kit, { windows: 1, each: 2, tells: () => true });
    const { page } = world.ports.feed;
    const standing = await world.ports.windows.read(
      merchantIdSchema.parse('demo'),
      '2026-11-20T08:00:00.000Z',
    );
    if (standing === undefined) throw new Error('no window');
    await world.ports.windows.revise({ ...standing, groups: [], revision: 1 }, 0);
    world.ports.feed.page = async (options) => ({ ...(await page(options)), rows: [] });
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 0, conflicts: 2 });
    expect(conflicts.map(({ kind }) => kind)).toEqual(['unlisted_there', 'unlisted_there']);
  });

  it('does not move past a contradiction of which nobody wants to know', async () => {
    const kit = await openKit(createWorld());
    const outcomes = await trade(kit, { windows: 4, each: 2, tells: (index) => index !== 5 && index !== 7 });
    await kit.tell({ ...(outcomes[5] as Outcome), status: 'FAILED' });
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 1, conflicts: 1, unsettled: 1 });
    expect(await kit.store.mark('demo', 'reconciledThrough')).toBe('2026-11-20T08:10:00.000Z');
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
    const mark = () => kit.store.mark('demo', 'reconciledThrough');
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 0, unsettled: 1 });
    expect(await mark()).toBe('2026-11-20T08:00:00.000Z');
    world.ports.feed.page = page;
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 1, unsettled: 0 });
    expect(await mark()).toBe('2026-11-20T08:05:00.000Z');
  });

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
    expect(await store.mark('demo', 'reconciledThrough')).toBe('2026-11-20T08:20:00.000Z');
  });

  it('reconciles a range on demand, and moves its mark over no gap', async () => {
    const kit = await openKit(createWorld());
    await trade(kit, { windows: 30, each: 1, tells: () => false });
    const middle = { from: '2026-11-20T09:00:00Z', to: '2026-11-20T10:00:00Z' };
    expect(await kit.receiver.reconcile(middle)).toMatchObject({
      applied: 12,
      through: '2026-11-20T10:00:00.000Z',
    });
    expect(await kit.store.mark('demo', 'reconciledThrough')).toBeUndefined();
    expect(await kit.receiver.reconcile({ to: '2026-11-20T09:00:00Z' })).toMatchObject({ applied: 12 });
    expect(await kit.store.mark('demo', 'reconciledThrough')).toBe('2026-11-20T09:00:00.000Z');
    expect(await kit.receiver.reconcile()).toMatchObject({ applied: 6 });
    expect(kit.applied).toHaveLength(30);
  });

  it('says what it does', async () => {
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

  it('stops when it is told to, and goes on from there', async () => {
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
      await forEachPartition((partition) =>
        closePartition(ports, { partition, deadlineMs: Number.POSITIVE_INFINITY }),
      );
    }
    world.time.nowMs += 15_000;
    for (let run = 0; run < 3; run += 1)
      await forEachPartition((partition) =>
        closePartition(ports, { partition, deadlineMs: Number.POSITIVE_INFINITY }),
      );
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
    const mark = await kit.store.mark('demo', 'reconciledThrough');
    const begin = new Date(Date.parse(String(mark)) - 2 * 3_600_000).toISOString();
    const totals = await kit.receiver.compare();
    expect(totals).toMatchObject({ from: begin, through: mark, isEqual: true });
    expect(totals?.here.count).toBeGreaterThan(0);
    expect(totals?.here.count).toBeLessThan(40);
    expect((await kit.receiver.reconcile()).from).toBe(begin);
    // What it is given goes before what it remembers.
    expect((await kit.receiver.compare({ from: SINCE }))?.here.count).toBe(40);
  });

  it('wants to know from when on it answers for what was applied', async () => {
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
