import { describe, expect, it } from 'vitest';
import { bucketOf } from '../../../lib/protocol/row-digest.ts';
import { verified } from '../../support/verified.ts';
import { DEMO, digestOf, FIRST, hashOf, type Row, useWindows } from './windows-world.ts';

describe('asking for windows', () => {
  const setup = useWindows();
  const { ask, fillFirst } = setup;

  it.each([
    ['a window of few rows, whose buckets are worked out', 400],
    ['a window of many rows, whose buckets were kept', 700],
  ])('descends from %s to buckets to rows, by event type where asked', async (_title, count) => {
    const rows = await fillFirst(count, (index) => ({
      transactionType: index % 5 === 0 ? 'refund' : 'payment',
      status: index % 7 === 0 ? 'FAILED' : 'SUCCEEDED',
    }));
    for (const [types, filterMatches] of [
      ['', () => true],
      ['types=payment.*', ({ transactionType }: Row) => transactionType === 'payment'],
      [
        'types=refund.failed,payment.succeeded',
        ({ transactionType, status }: Row) => (transactionType === 'refund') === (status === 'FAILED'),
      ],
    ] as const) {
      const wanted = rows.filter(filterMatches);
      const answer = await ask(`${FIRST}?buckets=256&${types}`);
      const { buckets, groups } = answer.json;
      expect(groups).toEqual(digestOf(wanted).groups());
      expect(hashOf(buckets)).toBe(hashOf(groups));
      expect(verified(answer, setup.demo.secret, setup.world.time.nowMs)).toEqual(answer.json);
      const found: Row[] = [];
      for (const { bucket, count: inBucket, hash } of buckets.slice(0, 12)) {
        const { json } = await ask(`${FIRST}/transactions?bucket=${bucket}&limit=500&${types}`);
        expect(json.hasMore).toBe(false);
        expect(json.items).toHaveLength(inBucket);
        expect(hashOf(digestOf(json.items).groups())).toBe(BigInt(`0x${hash}`));
        found.push(...json.items);
      }
      const ids = new Set(wanted.map(({ transactionId }) => transactionId));
      expect(found.every(({ transactionId }) => ids.has(transactionId))).toBe(true);
    }
  });

  it('works buckets out where none were kept, and refuses where there are too many rows for that', async () => {
    await fillFirst(600);
    const kept = await ask(`${FIRST}?buckets=256`);
    setup.world.ports.windows.buckets = async () => undefined;
    expect((await ask(`${FIRST}?buckets=256`)).json.buckets).toEqual(kept.json.buckets);
    const [row] = (
      await setup.world.ports.feed.page({
        merchantId: DEMO,
        shard: 0,
        from: '2026-11-20T08:00:00.000Z',
        to: '2026-11-20T08:05:00.000Z',
        limit: 1,
      })
    ).rows;
    if (row === undefined) throw new Error('no row');
    let pages = 0;
    setup.world.ports.feed.page = async () => {
      pages += 1;
      return { rows: Array(1_000).fill(row), cursor: 'more' };
    };
    expect((await ask(`${FIRST}?buckets=256`)).json).toMatchObject({ status: 409, code: 'window_too_large' });
    expect(pages).toBe(21);
  });

  it('gives the rows of a window in pages, in the order of the feed, without metadata', async () => {
    const rows = await fillFirst(25, (index) => ({ metadata: { index } }));
    const seen: unknown[] = [];
    let cursor = '';
    for (;;) {
      const page = await ask(`${FIRST}/transactions?limit=4${cursor}`);
      expect(page.json.items.length).toBeLessThanOrEqual(4);
      expect(verified(page, setup.demo.secret, setup.world.time.nowMs)).toEqual(page.json);
      expect(page.json.asOf).toBe('2026-11-20T08:05:30.000Z');
      seen.push(...page.json.items);
      if (!page.json.hasMore) break;
      cursor = `&cursor=${page.json.nextCursor}`;
    }
    expect(seen).toEqual(rows.map(({ metadata: _hidden, ...row }) => row));
  });

  it('reads a bounded part of a huge window for one page, and goes on from there', async () => {
    const rows = await fillFirst(30);
    // Each of the shards shows one row at a time, a thousand times over, so to speak.
    const { page } = setup.world.ports.feed;
    let read = 0;
    setup.world.ports.feed.page = async (options) => {
      const found = await page({ ...options, limit: 1 });
      read += found.rows.length;
      return { ...found, rows: found.rows.flatMap((row) => Array(6_000).fill(row)) };
    };
    const last = rows.at(-1)?.transactionId ?? '';
    const bucket = bucketOf(last);
    const empty = await ask(`${FIRST}/transactions?bucket=${bucket}`);
    expect(read).toBeLessThan(8);
    expect(empty.json).toMatchObject({ items: [], hasMore: true });
    setup.world.ports.feed.page = page;
    const rest = await ask(`${FIRST}/transactions?bucket=${bucket}&cursor=${empty.json.nextCursor}`);
    expect(rest.json.items.map(({ transactionId }: { transactionId: string }) => transactionId)).toEqual([
      last,
    ]);
    expect(rest.json.hasMore).toBe(false);
  });
});
