import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { cursorText } from '../../../lib/api/list-cursor.ts';
import { clockSkewFault } from '../../../lib/core/faults.ts';
import { merchantIdSchema, type Outcome, outcomeSchema } from '../../../lib/core/model.ts';
import { verified } from '../../support/verified.ts';
import { createWorld, payment, START_MS } from '../../support/world.ts';

type World = ReturnType<typeof createWorld>;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 86_400 * SECOND;
const LAG = 30 * SECOND;
const DEMO = merchantIdSchema.parse('demo');

/** As it stands in the table, whoever put it there: the service, or an initiator's own transaction. */
function outcome(transactionId: string, listedAtMs: number, changes: object = {}): Outcome {
  const listedAt = new Date(listedAtMs).toISOString();
  const content = payment(changes);
  return outcomeSchema.parse({
    ...content,
    merchantId: 'demo',
    transactionId,
    version: 1,
    recordedAt: listedAt,
    listedAt,
  });
}

interface FeedAnswer {
  readonly items: readonly { readonly transactionId: string; readonly listedAt: string }[];
  readonly nextCursor: string;
  readonly hasMore: boolean;
  readonly watermark: string;
}

const idsOf = ({ items }: Pick<FeedAnswer, 'items'>) => items.map(({ transactionId }) => transactionId);

describe('the feed', () => {
  let world: World;
  let demo: Awaited<ReturnType<World['merchant']>>;
  /** When the index shows a row, where that is not at once. */
  let indexedAt: Map<string, number>;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await open();
    return () => vi.useRealTimers();
  });
  const open = async () => {
    indexedAt = new Map();
    world = createWorld({ indexedAtMs: ({ transactionId }) => indexedAt.get(transactionId) ?? 0 });
    demo = await world.merchant('demo');
  };
  const put = (transactionId: string, changes: object = {}) =>
    world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${transactionId}`, payment(changes));
  const write = (one: Outcome, shard = 0) => world.ports.outcomes.putIfAbsent(one, shard);
  const call = (query = '') => world.call(demo.receiver, `GET /v1/transactions${query}`);
  const ask = async (query = ''): Promise<FeedAnswer> => {
    const answer = await call(query);
    expect(answer.status, answer.text).toBe(200);
    return answer.json;
  };
  /** From a cursor to the end of what there is now. */
  const follow = async (cursor: string | undefined, limit = 3) => {
    const items: FeedAnswer['items'][number][] = [];
    for (let next = cursor; ; ) {
      const page = await ask(`?limit=${limit}${next === undefined ? '' : `&cursor=${next}`}`);
      items.push(...page.items);
      next = page.nextCursor;
      if (!page.hasMore) return { ...page, items };
    }
  };
  /** What a receiver sees that asks every second, for as long as it takes. */
  const watch = async () => {
    const seen: string[] = [];
    for (let page = await follow(undefined), step = 0; step < 45; step += 1) {
      seen.push(...idsOf(page));
      pass(SECOND);
      page = await follow(page.nextCursor);
    }
    return seen;
  };
  const pass = (ms: number) => {
    world.time.nowMs += ms;
  };
  const setShards = async (feedShards: number) => {
    const answer = await world.call(world.admin, 'PATCH /v1/merchants/demo', { feedShards });
    expect(answer.status).toBe(200);
  };

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
    expect(verified(answer, demo.secret, world.time.nowMs)).toEqual(answer.json);
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
    world.ports.feed.page = async ({ from, to, after, limit, cursor }) => {
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

  describe('never lists anything behind a watermark that was given', () => {
    it('nor anything younger than it, although it stands in the table already', async () => {
      await put('pay_1');
      pass(LAG - 1);
      expect(idsOf(await ask())).toEqual([]);
      pass(1);
      expect(await ask()).toMatchObject({
        watermark: '2026-11-20T08:00:00.000Z',
        items: [{ listedAt: '2026-11-20T08:00:00.000Z' }],
      });
    });

    it('with several shards, of which one cursor is enough', async () => {
      await setShards(7);
      const all = Array.from({ length: 60 }, (_, index) => outcome(`pay_${index}`, START_MS + (index % 20)));
      for (const [index, one] of all.entries()) await write(one, index % 7);
      pass(LAG + SECOND);
      const listed = await follow(undefined, 4);
      const order = listed.items.map(({ listedAt, transactionId }) => `${listedAt}#${transactionId}`);
      expect(order).toEqual([...order].sort());
      expect(new Set(idsOf(listed)).size).toBe(60);
      expect(listed.items).toHaveLength(60);
    });

    it('with shards that are added while a cursor is out', async () => {
      await put('pay_1');
      await put('pay_2');
      pass(LAG);
      const first = await ask('?limit=1');
      expect(first.hasMore).toBe(true);
      // The process that answers has just read the merchant with one shard, and remembers it.
      await setShards(5);
      for (let shard = 0; shard < 5; shard += 1) {
        await write(outcome(`new_${shard}`, world.time.nowMs + shard), shard);
      }
      // A writer that knows of one shard still writes to it.
      await write(outcome('old_writer', world.time.nowMs + 5), 0);
      const before = await follow(first.nextCursor);
      expect(idsOf(before)).toEqual(['pay_2']);
      pass(LAG + 5);
      expect(idsOf(await follow(before.nextCursor))).toEqual([
        ...['new_0', 'new_1', 'new_2', 'new_3', 'new_4'],
        'old_writer',
      ]);
    });

    it('with writers whose clocks differ by as much as is let pass', async () => {
      // The one that is behind commits last, with the older stamp.
      await write(outcome('ahead', world.time.nowMs + 2 * SECOND));
      pass(3 * SECOND);
      await write(outcome('behind', world.time.nowMs - 2 * SECOND));
      const seen = await watch();
      expect(seen).toEqual(['behind', 'ahead']);
    });

    it('with outcomes that initiators put by transactions of their own, late and in any shard', async () => {
      await setShards(3);
      // A third of the lag from stamp to commit is what such a write is allowed.
      const stampedAtMs = world.time.nowMs;
      pass(5 * SECOND);
      await put('pay_1');
      pass(4.9 * SECOND);
      await write(outcome('outbox_1', stampedAtMs), 2);
      expect(await watch()).toEqual(['outbox_1', 'pay_1']);
    });

    it('with an index that is slow, as long as it shows a write within the lag', async () => {
      indexedAt.set('slow', START_MS + LAG);
      await put('slow');
      pass(SECOND);
      await put('quick');
      const seen = await watch();
      expect(seen).toEqual(['slow', 'quick']);
    });

    it('nor where an index shows a row only later: that is for the audit to find', async () => {
      indexedAt.set('lost', START_MS + LAG + MINUTE);
      await put('lost');
      await put('seen');
      pass(LAG);
      const first = await follow(undefined);
      expect(idsOf(first)).toEqual(['seen']);
      pass(2 * MINUTE);
      expect(idsOf(await follow(first.nextCursor))).toEqual([]);
    });

    it('and never goes back where another machine’s clock is a little behind', async () => {
      await put('pay_1');
      pass(LAG + 5 * SECOND);
      const first = await ask();
      pass(-4 * SECOND);
      const second = await ask(`?cursor=${first.nextCursor}`);
      expect(second.watermark < first.watermark).toBe(true);
      expect(second).toMatchObject({ items: [], hasMore: false, nextCursor: first.nextCursor });
      await put('pay_2');
      await put('pay_3');
      pass(LAG);
      const third = await ask(`?limit=1&cursor=${second.nextCursor}`);
      expect(third.hasMore).toBe(true);
      pass(-4 * SECOND);
      const fourth = await ask(`?cursor=${third.nextCursor}`);
      expect(fourth).toMatchObject({ items: [], hasMore: false, nextCursor: third.nextCursor });
      pass(4 * SECOND);
      expect(idsOf(await ask(`?cursor=${fourth.nextCursor}`))).toEqual(['pay_3']);
    });

    it('whatever writers, clocks, shards, commits and indexes do within their bounds', async () => {
      const write = fc.record({
        atMs: fc.integer({ min: 0, max: 5 * MINUTE }),
        skewMs: fc.integer({ min: -2 * SECOND, max: 2 * SECOND }),
        commitMs: fc.integer({ min: 0, max: 10 * SECOND }),
        indexMs: fc.integer({ min: 0, max: 15 * SECOND }),
        shard: fc.nat({ max: 7 }),
        isStale: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(write, { maxLength: 40 }),
          fc.array(fc.integer({ min: 0, max: 6 * MINUTE }), { minLength: 2, maxLength: 12 }),
          fc.integer({ min: 1, max: 6 * MINUTE }),
          fc.integer({ min: 1, max: 5 }),
          async (writes, polls, growsAtMs, limit) => {
            await open();
            const steps: { readonly atMs: number; run(): Promise<unknown> }[] = [];
            for (const [index, { atMs, skewMs, commitMs, indexMs, shard, isStale }] of writes.entries()) {
              const one = outcome(`pay_${index}`, START_MS + atMs + skewMs);
              const shards = atMs >= growsAtMs + (isStale ? MINUTE : 0) ? 8 : 2;
              indexedAt.set(one.transactionId, START_MS + atMs + commitMs + indexMs);
              steps.push({
                atMs: atMs + commitMs,
                run: () => world.ports.outcomes.putIfAbsent(one, shard % shards),
              });
            }
            await setShards(2);
            steps.push({ atMs: growsAtMs, run: () => setShards(8) });
            let cursor: string | undefined;
            const seen: string[] = [];
            const given: { readonly watermark: string; readonly seen: readonly string[] }[] = [];
            const poll = async () => {
              const page = await follow(cursor, limit);
              seen.push(...idsOf(page));
              expect(page.items.every(({ listedAt }) => listedAt <= page.watermark)).toBe(true);
              cursor = page.nextCursor;
              given.push({ watermark: page.watermark, seen: [...seen] });
            };
            for (const atMs of polls) steps.push({ atMs, run: poll });
            for (const { atMs, run } of steps.sort((a, b) => a.atMs - b.atMs)) {
              world.time.nowMs = START_MS + atMs;
              await run();
            }
            world.time.nowMs = START_MS + 10 * MINUTE;
            await poll();
            const all = [...world.ports.contents.outcomes.values()];
            expect(new Set(seen).size).toBe(seen.length);
            for (const { watermark, seen: then } of given) {
              const complete = all.filter(({ listedAt = '' }) => listedAt <= watermark);
              expect([...then].sort()).toEqual(complete.map(({ transactionId }) => transactionId).sort());
            }
          },
        ),
        { numRuns: 60 },
      );
    });
  });

  describe('refuses', () => {
    it.each([
      [
        'a range that is reversed',
        '?from=2026-11-20T08:00:00Z&to=2026-11-20T07:00:00Z',
        'invalid_range',
        'to',
      ],
      ['a from in the future', '?from=2026-11-20T08:05:01Z', 'in_future', 'from'],
      ['a to in the future', '?to=2026-11-20T08:05:01Z', 'in_future', 'to'],
      ['a from beyond the retention', '?from=2026-08-22T07:59:59Z', 'beyond_retention', 'from'],
      ['a to beyond the retention', '?to=2026-08-22T07:59:59Z', 'beyond_retention', 'to'],
      ['a time that is none', '?from=now', 'invalid_date', 'from'],
      ['PENDING, which is never listed', '?status=PENDING', 'invalid_status', 'status'],
      ['a type that there cannot be', '?type=payment.*', 'invalid_type_name', 'type'],
      ['a page that is too large', '?limit=501', 'invalid_value', 'limit'],
      ['a page of nothing', '?limit=0', 'invalid_value', 'limit'],
      ['a cursor that is none', '?cursor=%21%21', 'invalid_cursor', 'cursor'],
      ['an empty cursor', '?cursor=', 'invalid_cursor', 'cursor'],
    ])('%s', async (_title, query, code, name) => {
      const answer = await call(query);
      const pointer = `/query/${name}`;
      expect(answer.json).toMatchObject({ status: 400, code, errors: [{ pointer, code }] });
      expect(verified(answer, demo.secret, world.time.nowMs)).toEqual(answer.json);
    });

    it('a cursor that was changed, made up, of another merchant or of another list', async () => {
      await put('pay_1');
      await put('pay_2');
      pass(LAG);
      const { nextCursor } = await ask('?limit=1');
      const text = Buffer.from(nextCursor, 'base64url').toString('utf8');
      const later = Buffer.from(text.replace('pay_1', 'pay_2')).toString('base64url');
      const damaged = nextCursor.slice(0, -4);
      const of = {
        merchantId: DEMO,
        name: 'feed',
        textOf: (text: string) => text,
        positionOf: (text: string) => text,
      };
      for (const cursor of [
        later,
        damaged,
        cursorText({ ...of, merchantId: merchantIdSchema.parse('other') }, '2026-11-20T08:00:00.000Z'),
        cursorText({ ...of, name: 'window' }, '2026-11-20T08:00:00.000Z'),
        // Even one with the right tag must name a place that a feed can have, and that can have been given.
        cursorText(of, '2026-11-20T08:00:00Z'),
        cursorText(of, '2026-11-20T08:00:00.000Z#pay_1'),
        cursorText(of, '2026-11-20T08:00:00.000Z#pay_1#1#2'),
        cursorText(of, '2027-11-20T08:00:00.000Z'),
        cursorText(of, ''),
      ]) {
        const answer = await call(`?cursor=${cursor}`);
        expect(answer.json, cursor).toMatchObject({ status: 400, code: 'invalid_cursor' });
      }
      const other = await world.merchant('other');
      const others = await world.call(other.receiver, `GET /v1/transactions?cursor=${nextCursor}`);
      expect(others.json.code).toBe('invalid_cursor');
      expect((await call(`?cursor=${nextCursor}`)).status).toBe(200);
    });

    it('a cursor that is older than what is kept', async () => {
      await put('pay_1');
      pass(LAG);
      const { nextCursor } = await ask();
      pass(90 * DAY - LAG);
      expect((await call(`?cursor=${nextCursor}`)).status).toBe(200);
      pass(LAG);
      expect((await call(`?cursor=${nextCursor}`)).json).toMatchObject({
        status: 400,
        code: 'cursor_expired',
      });
    });

    it('to answer while the clock cannot be trusted', async () => {
      world.ports.clockTrust.assertTrusted = () => {
        throw clockSkewFault(5_000);
      };
      expect((await call()).json).toMatchObject({ status: 503, code: 'clock_skew' });
    });
  });

  it('shows what is kept and no more, and another merchant nothing of it', async () => {
    await put('pay_1');
    pass(90 * DAY);
    await put('pay_2');
    pass(LAG);
    expect(idsOf(await ask())).toEqual(['pay_2']);
    const other = await world.merchant('other');
    const others = await world.call(other.receiver, 'GET /v1/transactions');
    expect(others.json.items).toEqual([]);
  });
});
