import { describe, expect, it } from 'vitest';
import type { FollowProgress, Outcome } from '../../../lib/receiver/index.ts';
import { brokenLogs } from '../../support/broken-logs.ts';
import { fetchOf, openKit } from '../../support/kit.ts';
import { createWorld } from '../../support/world.ts';

/** A receiver whose service, and whose waiting, are in the hands of the test. */
async function openFollower(changes: { readonly types?: readonly string[]; readonly since?: string } = {}) {
  const world = createWorld();
  const wakes: (() => void | Promise<void>)[] = [];
  const hands = { questionsLeft: Infinity };
  const kit = await openKit(world, {
    receiver: { onConflict: () => undefined },
    service: {
      ...changes,
      tries: 1,
      fetch: async (url, init) => {
        hands.questionsLeft -= 1;
        if (hands.questionsLeft < 0) throw new Error('ECONNREFUSED');
        kit.asked.push(`${init.method} ${url.slice('https://tidings.example'.length)}`);
        return fetchOf(world)(url, init);
      },
      pauses: { sleep: async () => wakes.shift()?.(), fraction: () => 0 },
    },
  });
  const record = async (from: number, to: number, content: object = {}) => {
    const outcomes: Outcome[] = [];
    for (let index = from; index < to; index += 1) outcomes.push(await kit.record(`pay_${index}`, content));
    await kit.pass(1);
    return outcomes;
  };
  return { world, kit, hands, wakes, record };
}

const ids = (outcomes: readonly Outcome[]) => outcomes.map(({ transactionId }) => transactionId).sort();

describe('following the feed', () => {
  it('applies what no callback has brought, with its metadata, and asks for nothing else', async () => {
    const { kit, record } = await openFollower();
    const outcomes = await record(0, 6, { metadata: { note: 'x' } });
    await kit.tell(outcomes[2] as Outcome);
    const report = await kit.receiver.follow();
    expect(report).toMatchObject({ read: 6, applied: 5, watermark: '2026-11-20T08:00:30.000Z' });
    expect(ids(kit.applied)).toEqual(ids(outcomes));
    expect(kit.applied.every(({ metadata }) => metadata.note === 'x')).toBe(true);
    expect(kit.asked.filter((request) => request.includes('pay_2'))).toEqual([]);
  });

  it.each(['2026-11-20', '2026-11-20T13:30:00+05:30'])(
    'begins at %s, however it is written',
    async (since) => {
      const { kit, record } = await openFollower({ since });
      await record(0, 2);
      expect(await kit.receiver.follow()).toMatchObject({ read: 2, applied: 2 });
    },
  );

  it('goes on from where it was left', async () => {
    const { kit, record } = await openFollower();
    await record(0, 3);
    await kit.receiver.follow();
    expect(await kit.receiver.follow()).toMatchObject({ read: 0 });
    await record(3, 5);
    expect(await kit.receiver.follow()).toMatchObject({ read: 2, applied: 2 });
    expect(kit.applied).toHaveLength(5);
  });

  it('reads page after page, and keeps its place after each', async () => {
    const { kit, record } = await openFollower();
    await record(0, 620);
    const pages: FollowProgress[] = [];
    await kit.receiver.follow({ onProgress: (progress) => void pages.push(progress) });
    expect(pages).toMatchObject([
      { event: 'page', read: 500, applied: 500 },
      { event: 'page', read: 620, applied: 620 },
    ]);
    expect(new Set(ids(kit.applied)).size).toBe(620);
  });

  it('skips nothing where it dies in the middle of a page', async () => {
    const { kit, record, hands } = await openFollower();
    const outcomes = await record(0, 20);
    hands.questionsLeft = 9;
    await expect(kit.receiver.follow()).rejects.toMatchObject({ code: 'service_unavailable' });
    expect(kit.applied).toHaveLength(8);
    hands.questionsLeft = Infinity;
    expect(await kit.receiver.follow()).toMatchObject({ read: 20, applied: 12 });
    for (const { transactionId } of outcomes) expect(kit.store.get(transactionId)).toBe(1);
  });

  it('begins where it answers for what was applied, not before', async () => {
    const { world, kit, record } = await openFollower();
    world.time.nowMs -= 2 * 3_600_000;
    const early = await kit.record('early_1');
    world.time.nowMs += 2 * 3_600_000;
    expect(early.listedAt < '2026-11-20T07').toBe(true);
    const outcomes = await record(0, 2);
    await kit.receiver.follow();
    expect(ids(kit.applied)).toEqual(ids(outcomes));
  });

  it('takes only the types that its endpoint has', async () => {
    const { kit, record } = await openFollower({ types: ['refund.*'] });
    await record(0, 3);
    const refunds = await record(3, 5, { transactionType: 'refund' });
    expect(await kit.receiver.follow()).toMatchObject({ read: 5, applied: 2 });
    expect(ids(kit.applied)).toEqual(ids(refunds));
  });

  it('reports conflicts, and goes on', async () => {
    const { kit, record } = await openFollower();
    const outcomes = await record(0, 3);
    await kit.tell({ ...(outcomes[1] as Outcome), amount: 1 });
    expect(await kit.receiver.follow()).toMatchObject({ applied: 2, conflicts: 1, unsettled: 0 });
    expect(await kit.receiver.follow()).toMatchObject({ read: 0 });
  });

  it.each(brokenLogs)('goes on although its progress goes to a log that $name', async ({ log }) => {
    const { kit, record } = await openFollower();
    await record(0, 2);
    expect(await kit.receiver.follow({ onProgress: log })).toMatchObject({ read: 2, applied: 2 });
  });

  it('follows until its signal aborts, also while the service is unavailable', async () => {
    const { kit, record, hands, wakes } = await openFollower();
    await record(0, 1);
    const ending = new AbortController();
    wakes.push(
      () => {
        hands.questionsLeft = 0;
      },
      async () => {
        hands.questionsLeft = Infinity;
        await record(1, 3);
      },
      () => ending.abort(),
    );
    const seen: string[] = [];
    const report = await kit.receiver.follow({
      everySeconds: 10,
      signal: ending.signal,
      onProgress: (progress) =>
        void seen.push(progress.event === 'away' ? progress.fault.code : `applied ${progress.applied}`),
    });
    expect(seen).toEqual(['applied 1', 'service_unavailable', 'applied 3']);
    expect(report).toMatchObject({ applied: 3 });
  });

  it('ends with what is no passing trouble', async () => {
    const { world, kit, record } = await openFollower();
    await record(0, 1);
    await kit.receiver.follow();
    world.time.nowMs += 91 * 86_400_000;
    // It was away for longer than the retention: the operator must know.
    await expect(kit.receiver.follow({ everySeconds: 1 })).rejects.toMatchObject({
      code: 'request_refused',
      message: expect.stringContaining('beyond_retention'),
    });
  });
});
