import { describe, expect, it } from 'vitest';
import { verified } from '../../../support/verified.ts';
import { START_MS } from '../../../support/world.ts';
import { idsOf, LAG, MINUTE, outcome, SECOND, useFeed } from './feed-world.ts';

describe('the feed', () => {
  const setup = useFeed();
  const { put, write, call, ask, follow, pass } = setup;

  it('lists ends without metadata, oldest first, as of the watermark, signed', async () => {
    await put('pay_2', { metadata: { note: 'hidden' }, reference: 'ORDER-2' });
    await put('pay_1', { status: 'PENDING' });
    pass(SECOND);
    await put('pay_1', { reason: { code: 'paid', message: 'thank you' } });
    pass(LAG);
    const answer = await call('?limit=10');
    expect(answer.json).toMatchObject({
      merchantId: 'demo',
      request: 'GET /v1/transactions?limit=10',
      asOf: '2026-11-20T08:00:01.000Z',
      watermark: '2026-11-20T08:00:01.000Z',
      hasMore: false,
      items: [
        { transactionId: 'pay_2', version: 1, reference: 'ORDER-2', listedAt: '2026-11-20T08:00:00.000Z' },
        { transactionId: 'pay_1', version: 2, status: 'SUCCEEDED', reason: { code: 'paid' } },
      ],
    });
    expect(answer.json.items[0].metadata).toBeUndefined();
    expect(verified(answer, setup.demo.secret, setup.world.time.nowMs)).toEqual(answer.json);
  });

  it('goes on behind its cursor, which is always there, and gives nothing twice', async () => {
    const empty = await ask();
    expect(empty).toMatchObject({ items: [], hasMore: false });
    for (let index = 0; index < 8; index += 1) await put(`pay_${index}`);
    pass(LAG);
    const first = await follow(empty.nextCursor);
    expect(idsOf(first)).toEqual(Array.from({ length: 8 }, (_, index) => `pay_${index}`));
    expect(idsOf(await follow(first.nextCursor))).toEqual([]);
    await put('late');
    pass(LAG);
    expect(idsOf(await follow(first.nextCursor))).toEqual(['late']);
  });

  it('filters by type and status', async () => {
    await put('pay_1');
    await put('pay_2', { status: 'FAILED' });
    await put('ref_1', { transactionType: 'refund' });
    pass(LAG);
    expect(idsOf(await ask('?type=payment'))).toEqual(['pay_1', 'pay_2']);
    expect(idsOf(await ask('?status=SUCCEEDED'))).toEqual(['pay_1', 'ref_1']);
    expect(idsOf(await ask('?status=SUCCEEDED&type=refund&limit=1'))).toEqual(['ref_1']);
    expect(await ask('?type=transfer')).toMatchObject({ items: [], hasMore: false });
  });

  it('reads a bounded number of rows for one page, which may be empty and have more', async () => {
    const rows = Array.from({ length: 12_000 }, (_, index) => outcome(`pay_${index}`, START_MS + index));
    let read = 0;
    // An index of many rows, without the cost of sorting them for each page.
    setup.world.ports.feed.page = async ({ from, to, after, limit, cursor }) => {
      const first = Number(cursor ?? (after === undefined ? 0 : Number(after.transactionId.slice(4)) + 1));
      const page = rows.slice(first, first + limit).filter((row) => (row.listedAt ?? '') < to);
      expect(from <= (page[0]?.listedAt ?? from)).toBe(true);
      read += page.length;
      return { rows: page as never, ...(page.length === limit && { cursor: String(first + limit) }) };
    };
    pass(LAG + 20 * SECOND);
    const first = await ask('?type=refund');
    expect(first).toMatchObject({ items: [], hasMore: true });
    expect(read).toBeLessThanOrEqual(6_000);
    let pages = 1;
    let last = first;
    for (; last.hasMore; pages += 1) last = await ask(`?type=refund&cursor=${last.nextCursor}`);
    expect(pages).toBe(3);
    read = 0;
    expect(idsOf(await ask('?limit=500'))).toHaveLength(500);
    expect(read).toBeLessThan(1_000);
  });

  it('keeps an answer under 1 MB, however long the rows', async () => {
    const reason = { code: 'x', message: '\u0001'.repeat(512) };
    for (let index = 0; index < 400; index += 1) {
      await write(outcome(`pay_${index}`, START_MS + index, { reason }));
    }
    pass(LAG + SECOND);
    const first = await call('?limit=500');
    expect(Buffer.byteLength(first.text)).toBeLessThan(1_000_000);
    const second = await ask(`?limit=500&cursor=${first.json.nextCursor}`);
    expect(first.json.items.length + second.items.length).toBe(400);
  });

  it('takes from, inclusive, and to, exclusive, also beside a cursor', async () => {
    for (let second = 0; second < 6; second += 1) {
      await write(outcome(`pay_${second}`, START_MS + second * SECOND));
    }
    pass(LAG + MINUTE);
    const range = 'from=2026-11-20T08:00:01Z&to=2026-11-20T16:00:04%2B08:00';
    const first = await ask(`?${range}&limit=2`);
    expect(idsOf(first)).toEqual(['pay_1', 'pay_2']);
    const second = await ask(`?${range}&limit=2&cursor=${first.nextCursor}`);
    expect(second).toMatchObject({ hasMore: false });
    expect(idsOf(second)).toEqual(['pay_3']);
    const end = await ask(`?${range}&cursor=${second.nextCursor}`);
    expect(end).toMatchObject({ items: [], hasMore: false, nextCursor: second.nextCursor });
    // Without its end it goes on where the range ended.
    expect(idsOf(await ask(`?cursor=${second.nextCursor}`))).toEqual(['pay_4', 'pay_5']);
    expect(idsOf(await ask(`?from=2026-11-20T08:00:05Z&cursor=${first.nextCursor}`))).toEqual(['pay_5']);
  });
});
