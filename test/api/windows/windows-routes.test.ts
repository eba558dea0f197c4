import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fallBehind } from '../../../lib/core/bookkeeping/merchant-mark.ts';
import { createDigestSum } from '../../../lib/core/feed/digest.ts';
import { merchantIdSchema, type Outcome } from '../../../lib/core/model.ts';
import { partitionOf } from '../../../lib/core/partitions.ts';
import { bucketOf, type HashedRow } from '../../../lib/protocol/row-digest.ts';
import { firstWindow } from '../../support/first-window.ts';
import { verified } from '../../support/verified.ts';
import { createWorld, payment, START_MS } from '../../support/world.ts';

const DEMO = merchantIdSchema.parse('demo');

type World = ReturnType<typeof createWorld>;
type Row = Pick<Outcome, keyof HashedRow | 'transactionType' | 'listedAt'>;

const MINUTE = 60_000;
const FIRST = '/v1/windows/2026-11-20T08:00:00Z';

function digestOf(rows: readonly Row[]) {
  const sum = createDigestSum();
  for (const row of rows) sum.add(row);
  return sum;
}

/** Groups without the marks of time: what windows of the same rows have in common. */
const hashOf = (parts: readonly { readonly hash: string }[]) =>
  parts.reduce((sum, { hash }) => (sum + BigInt(`0x${hash}`)) % (1n << 128n), 0n);

describe('asking for windows', () => {
  let world: World;
  let demo: Awaited<ReturnType<World['merchant']>>;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    world = createWorld();
    demo = await world.merchant('demo');
    return () => vi.useRealTimers();
  });
  const put = (transactionId: string, changes: object = {}) =>
    world.call(demo.initiator, `PUT /v1/merchants/demo/transactions/${transactionId}`, payment(changes));
  const ask = (path: string) => world.call(demo.receiver, `GET ${path}`);
  /** The merchant's windows are not closed from then on. */
  const behind = (through: string, directory: Parameters<typeof fallBehind>[0] = world.ports.directory) =>
    fallBehind(directory, { merchantId: DEMO, mark: 'closed', through, until: '2026-11-20T12:00:00.000Z' });
  const passMinutes = (minutes: number) => {
    world.time.nowMs += minutes * MINUTE;
  };
  /** Some rows in each of the next windows, all closed at the end. */
  const fill = async (windows: number) => {
    const rows: Row[] = [];
    for (let index = 0; index < windows; index += 1) {
      for (const status of ['SUCCEEDED', 'FAILED'] as const) {
        const transactionId = `pay_${index}_${status}`;
        const { json } = await put(transactionId, { status, amount: index });
        rows.push(json);
      }
      passMinutes(5);
    }
    passMinutes(1);
    for (let run = 0; run < Math.ceil(windows / 12) + 1; run += 1) await world.closeWindows();
    return rows;
  };
  /** Many rows of the first window, straight into the table, closed. */
  const fillFirst = async (count: number, changes: (index: number) => object = () => ({})) => {
    const rows = firstWindow(count, changes);
    for (const [index, row] of rows.entries()) await world.ports.outcomes.putIfAbsent(row, index % 3);
    await world.call(world.admin, 'PATCH /v1/merchants/demo', { feedShards: 3 });
    passMinutes(6);
    await world.closeWindows();
    return rows;
  };

  it('gives digests of windows, and of the hours and days that they add up to, signed', async () => {
    const rows = await fill(15);
    const windows = await ask('/v1/windows?from=2026-11-20T08:00:00Z');
    expect(windows.json).toMatchObject({
      merchantId: 'demo',
      request: 'GET /v1/windows?from=2026-11-20T08%3A00%3A00Z',
      asOf: '2026-11-20T09:15:30.000Z',
      closedThrough: '2026-11-20T09:15:00.000Z',
      windowSeconds: 300,
    });
    expect(verified(windows, demo.secret, world.time.nowMs)).toEqual(windows.json);
    expect(windows.json.items).toHaveLength(15);
    expect(windows.json.items[1]).toEqual({
      start: '2026-11-20T08:05:00.000Z',
      end: '2026-11-20T08:10:00.000Z',
      revision: 0,
      groups: digestOf(rows.slice(2, 4)).groups(),
    });
    const hours = await ask('/v1/windows?from=2026-11-20T08:00:00Z&resolution=hour');
    expect(hours.json.items).toEqual([
      {
        start: '2026-11-20T08:00:00.000Z',
        end: '2026-11-20T09:00:00.000Z',
        revision: 0,
        groups: digestOf(rows.slice(0, 24)).groups(),
      },
      // Cut to what was asked for, and says so.
      {
        start: '2026-11-20T09:00:00.000Z',
        end: '2026-11-20T09:15:00.000Z',
        revision: 0,
        groups: digestOf(rows.slice(24)).groups(),
      },
    ]);
    const days = await ask(
      '/v1/windows?from=2026-11-20T08:05:00Z&to=2026-11-20T09:05:00%2B00:00&resolution=day',
    );
    expect(days.json.items).toEqual([
      {
        start: '2026-11-20T08:05:00.000Z',
        end: '2026-11-20T09:05:00.000Z',
        revision: 0,
        groups: digestOf(rows.slice(2, 26)).groups(),
      },
    ]);
  });

  it('gives digests of listedAt where they are asked for, by event type, which add up as well', async () => {
    const rows = await fill(15);
    const timesOf = (some: readonly Row[]) =>
      ['FAILED', 'SUCCEEDED'].map((status) => {
        const own = some.filter((row) => row.status === status);
        // As receivers in other languages work it out.
        const numbers = own.map(({ transactionId, version, listedAt }) => {
          const digest = createHash('sha256')
            .update(`${transactionId}\n${version}\n${listedAt}`)
            .digest('hex');
          return BigInt(`0x${digest.slice(0, 32)}`);
        });
        const sum = numbers.reduce((total, number) => (total + number) % (1n << 128n), 0n);
        return { transactionType: 'payment', status, hash: sum.toString(16).padStart(32, '0') };
      });
    const range = 'from=2026-11-20T08:00:00Z&times=true';
    const windows = await ask(`/v1/windows?${range}`);
    expect(windows.json.items[1].times).toEqual(timesOf(rows.slice(2, 4)));
    const hours = await ask(`/v1/windows?${range}&resolution=hour`);
    expect(hours.json.items[0].times).toEqual(timesOf(rows.slice(0, 24)));

    // One that an earlier version closed says nothing of them, and no hour with it does.
    const standing = await world.ports.windows.read(DEMO, '2026-11-20T08:00:00.000Z');
    if (standing === undefined) throw new Error('It was not closed.');
    const { times: _, ...former } = standing;
    await world.ports.windows.revise({ ...former, revision: 1 }, 0);
    const [first, second] = (await ask(`/v1/windows?${range}&resolution=hour`)).json.items;
    expect(first).not.toHaveProperty('times');
    expect(second.times).toEqual(timesOf(rows.slice(24)));
  });

  it('leaves out what is empty: a window at or before closedThrough that has no item', async () => {
    await put('pay_1');
    passMinutes(20);
    await put('pay_2');
    passMinutes(6);
    await world.closeWindows();
    const { json } = await ask('/v1/windows?from=2026-11-20T07:00:00Z');
    expect(json.closedThrough).toBe('2026-11-20T08:25:00.000Z');
    expect(json.items.map(({ start }: { start: string }) => start)).toEqual([
      '2026-11-20T08:00:00.000Z',
      '2026-11-20T08:20:00.000Z',
    ]);
    const empty = await ask('/v1/windows/2026-11-20T08:05:00Z?buckets=256');
    expect(empty.json).toMatchObject({ revision: 0, groups: [], buckets: [], windowSeconds: 300 });
    expect((await ask('/v1/windows/2026-11-20T08:05:00Z/transactions')).json).toMatchObject({
      items: [],
      hasMore: false,
    });
    const nothing = await ask('/v1/windows?from=2026-11-20T08:25:00Z');
    expect(nothing.json).toMatchObject({ items: [], closedThrough: '2026-11-20T08:25:00.000Z' });
  });

  it('shows nothing of what is not closed, and says how far it is', async () => {
    await put('pay_1');
    const before = await ask(FIRST);
    expect(before.json).toMatchObject({ status: 409, code: 'window_not_closed' });
    expect(before.json.closedThrough).toBeUndefined();
    expect((await ask('/v1/windows?from=2026-11-20T08:00:00Z')).json.code).toBe('window_not_closed');
    passMinutes(6);
    await world.closeWindows();
    const closing = { closedThrough: '2026-11-20T08:05:00.000Z', windowSeconds: 300 };
    for (const path of [
      '/v1/windows/2026-11-20T08:05:00Z',
      '/v1/windows/2026-11-20T08:05:00Z/transactions',
      '/v1/windows?from=2026-11-20T08:00:00Z&to=2026-11-20T08:10:00Z',
      '/v1/windows?from=2026-11-20T08:10:00Z',
      '/v1/windows?from=2027-11-20T08:10:00Z&to=2028-11-20T08:10:00Z',
    ]) {
      const answer = await ask(path);
      expect(answer.json, path).toMatchObject({ status: 409, code: 'window_not_closed', ...closing });
      expect(verified(answer, demo.secret, world.time.nowMs)).toEqual(answer.json);
    }
    expect((await ask(FIRST)).status).toBe(200);
  });

  it('counts the merchant’s own mark where that is less than its partition’s', async () => {
    await fill(3);
    await behind('2026-11-20T08:05:00.000Z');
    const { json } = await ask('/v1/windows?from=2026-11-20T08:00:00Z');
    expect(json.closedThrough).toBe('2026-11-20T08:05:00.000Z');
    expect(json.items).toHaveLength(1);
    expect((await ask('/v1/windows/2026-11-20T08:05:00Z')).json.code).toBe('window_not_closed');
    await behind('2026-11-20T10:00:00.000Z');
    expect((await ask('/v1/windows?from=2026-11-20T08:00:00Z')).json.closedThrough).toBe(
      '2026-11-20T08:05:00.000Z',
    );
  });

  it('reads the partition’s mark before the merchant’s own, so that no failure falls between', async () => {
    await fill(3);
    const { directory } = world.ports;
    const { entry, changeOwnMark } = directory;
    // A run fails to close the merchant and moves the partition's mark on, just after the merchant's was read.
    directory.entry = async (merchantId) => {
      const seen = await entry(merchantId);
      await behind('2026-11-20T08:15:00.000Z', { entry, changeOwnMark });
      const mark = { through: '2026-11-20T09:00:00.000Z', windowSeconds: 300 };
      await directory.saveMark(partitionOf(merchantId), 'closed', mark);
      return seen;
    };
    const { json } = await ask('/v1/windows?from=2026-11-20T08:00:00Z');
    expect(json.closedThrough).toBe('2026-11-20T08:15:00.000Z');
  });

  it('has a revision that rises where a window was corrected, in the hour and the day too', async () => {
    const rows = await fill(2);
    const start = '2026-11-20T08:00:00.000Z';
    const standing = await world.ports.windows.read(DEMO, start);
    if (standing === undefined) throw new Error('no window');
    const groups = digestOf(rows.slice(0, 1)).groups();
    await world.ports.windows.revise({ ...standing, groups, revision: 1 }, 0);
    for (const resolution of ['window', 'hour', 'day']) {
      const { json } = await ask(`/v1/windows?from=${start}&resolution=${resolution}`);
      expect(json.items[0].revision).toBe(1);
    }
    expect((await ask(FIRST)).json).toMatchObject({ revision: 1, groups });
  });

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
      expect(verified(answer, demo.secret, world.time.nowMs)).toEqual(answer.json);
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
    world.ports.windows.buckets = async () => undefined;
    expect((await ask(`${FIRST}?buckets=256`)).json.buckets).toEqual(kept.json.buckets);
    const [row] = (
      await world.ports.feed.page({
        merchantId: DEMO,
        shard: 0,
        from: '2026-11-20T08:00:00.000Z',
        to: '2026-11-20T08:05:00.000Z',
        limit: 1,
      })
    ).rows;
    if (row === undefined) throw new Error('no row');
    let pages = 0;
    world.ports.feed.page = async () => {
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
      expect(verified(page, demo.secret, world.time.nowMs)).toEqual(page.json);
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
    const { page } = world.ports.feed;
    let read = 0;
    world.ports.feed.page = async (options) => {
      const found = await page({ ...options, limit: 1 });
      read += found.rows.length;
      return { ...found, rows: found.rows.flatMap((row) => Array(6_000).fill(row)) };
    };
    const last = rows.at(-1)?.transactionId ?? '';
    const bucket = bucketOf(last);
    const empty = await ask(`${FIRST}/transactions?bucket=${bucket}`);
    expect(read).toBeLessThan(8);
    expect(empty.json).toMatchObject({ items: [], hasMore: true });
    world.ports.feed.page = page;
    const rest = await ask(`${FIRST}/transactions?bucket=${bucket}&cursor=${empty.json.nextCursor}`);
    expect(rest.json.items.map(({ transactionId }: { transactionId: string }) => transactionId)).toEqual([
      last,
    ]);
    expect(rest.json.hasMore).toBe(false);
  });

  it('keeps an answer under 1 MB, however long the rows', async () => {
    const message = '\u0001'.repeat(512);
    await fillFirst(400, () => ({ reason: { code: 'x', message } }));
    const first = await ask(`${FIRST}/transactions?limit=500`);
    expect(Buffer.byteLength(first.text)).toBeLessThan(1_000_000);
    expect(first.json.hasMore).toBe(true);
    const second = await ask(`${FIRST}/transactions?limit=500&cursor=${first.json.nextCursor}`);
    expect(first.json.items.length + second.json.items.length).toBe(400);
  });

  it('refuses an answer of more than 1 MB', async () => {
    const rows = Array.from({ length: 60 }, (_, index) => ({ transactionType: `t${index}` }));
    await fill(150);
    const { page } = world.ports.windows;
    world.ports.windows.page = async (options) => {
      const found = await page(options);
      const groups = rows.map((row) => ({ ...found.windows[0]?.groups[0], ...row }));
      return { ...found, windows: found.windows.map((window) => ({ ...window, groups }) as typeof window) };
    };
    expect((await ask('/v1/windows?from=2026-11-20T08:00:00Z')).json).toMatchObject({
      status: 400,
      code: 'answer_too_large',
    });
    expect((await ask('/v1/windows?from=2026-11-20T08:00:00Z&resolution=hour')).status).toBe(200);
  });

  it('refuses to sum up more groups than it could in its time, and sums up the half of it', async () => {
    const groups = Array.from({ length: 2_000 }, (_, index) => ({
      transactionType: `t${index}`,
      status: 'SUCCEEDED',
      currency: 'CNY',
      count: 1,
      amount: '1',
      hash: '0'.repeat(32),
    }));
    await fill(110);
    const { page } = world.ports.windows;
    let read = 0;
    world.ports.windows.page = async (options) => {
      const found = await page({ ...options, limit: 10 });
      read += found.windows.length;
      return { ...found, windows: found.windows.map((window) => ({ ...window, groups })) };
    };
    const day = '/v1/windows?resolution=day&from=2026-11-20T08:00:00Z';
    expect((await ask(day)).json).toMatchObject({ status: 400, code: 'answer_too_large' });
    expect(read).toBe(110);
    const { json } = await ask(`${day}&to=2026-11-20T13:00:00Z`);
    expect(json.items).toHaveLength(1);
    expect(json.items[0]).toMatchObject({ end: '2026-11-20T13:00:00.000Z', groups: { length: 2_000 } });
    expect(json.items[0].groups[0]).toMatchObject({ count: 60, amount: '60' });
  });

  describe('refuses', () => {
    beforeEach(async () => {
      await fill(2);
    });

    it.each([
      ['no from', '', 'missing_field', '/query/from'],
      ['no date', '?from=yesterday', 'invalid_date', '/query/from'],
      ['a date without a time', '?from=2026-11-20', 'invalid_date', '/query/from'],
      [
        'a range that is reversed',
        '?from=2026-11-20T08:05:00Z&to=2026-11-20T08:00:00Z',
        'invalid_range',
        '/query/to',
      ],
      [
        'a range of nothing',
        '?from=2026-11-20T08:00:00Z&to=2026-11-20T08:00:00Z',
        'invalid_range',
        '/query/to',
      ],
      ['a from within a window', '?from=2026-11-20T08:01:00Z', 'unaligned_time', '/query/from'],
      [
        'a to within a window',
        '?from=2026-11-20T08:00:00Z&to=2026-11-20T08:04:59.999Z',
        'unaligned_time',
        '/query/to',
      ],
      ['what is older than the retention', '?from=2026-08-22T08:00:00Z', 'beyond_retention', '/query/from'],
      [
        'an unknown resolution',
        '?from=2026-11-20T08:00:00Z&resolution=week',
        'invalid_value',
        '/query/resolution',
      ],
      [
        'a parameter of another request',
        '?from=2026-11-20T08:00:00Z&types=a.*',
        'unknown_parameter',
        '/query/types',
      ],
      ['windows of more than a day', '?from=2026-11-19T08:05:00Z', 'range_too_long', '/query/to'],
      [
        'hours of more than a week',
        '?from=2026-11-13T08:05:00Z&resolution=hour',
        'range_too_long',
        '/query/to',
      ],
      [
        'days of more than a month',
        '?from=2026-10-20T08:05:00Z&resolution=day',
        'range_too_long',
        '/query/to',
      ],
    ])('%s', async (_title, query, code, pointer) => {
      const answer = await ask(`/v1/windows${query}`);
      expect(answer.json).toMatchObject({ status: 400, code, errors: [{ pointer, code }] });
      expect(verified(answer, demo.secret, world.time.nowMs)).toEqual(answer.json);
    });

    it.each([
      ['a time that is none', '/v1/windows/today', 'invalid_date', '/path/start'],
      ['a time within a window', '/v1/windows/2026-11-20T08:00:01Z', 'unaligned_time', '/path/start'],
      [
        'a window beyond the retention',
        '/v1/windows/2026-08-22T08:00:00Z',
        'beyond_retention',
        '/path/start',
      ],
      ['another number of buckets', `${FIRST}?buckets=16`, 'invalid_value', '/query/buckets'],
      ['no event type', `${FIRST}?buckets=256&types=payment`, 'invalid_event_type', '/query/types'],
      ['an empty event type', `${FIRST}?types=`, 'invalid_event_type', '/query/types'],
      ['too many event types', `${FIRST}?types=${Array(17).fill('a.*')}`, 'too_long', '/query/types'],
      ['a bucket that there is not', `${FIRST}/transactions?bucket=256`, 'invalid_value', '/query/bucket'],
      ['a bucket that is no number', `${FIRST}/transactions?bucket=-1`, 'invalid_value', '/query/bucket'],
      ['a page that is too large', `${FIRST}/transactions?limit=501`, 'invalid_value', '/query/limit'],
      ['a cursor that is none', `${FIRST}/transactions?cursor=AAAA`, 'invalid_cursor', '/query/cursor'],
    ])('%s', async (_title, path, code, pointer) => {
      const answer = await ask(path);
      expect(answer.json).toMatchObject({ status: 400, code, errors: [{ pointer, code }] });
      expect(verified(answer, demo.secret, world.time.nowMs)).toEqual(answer.json);
    });

    it('what is older than the retention, and says where that begins', async () => {
      const oldest = '2026-08-22T09:00:00.000Z';
      world.time.nowMs = START_MS + 60 * MINUTE;
      for (const path of ['/v1/windows?from=2026-08-22T08:00:00Z', '/v1/windows/2026-08-22T08:00:00Z']) {
        expect((await ask(path)).json).toMatchObject({ code: 'beyond_retention', oldest });
      }
    });

    it('a cursor of another window or of another merchant', async () => {
      const { nextCursor } = (await ask(`${FIRST}/transactions?limit=1`)).json;
      expect((await ask(`${FIRST}/transactions?cursor=${nextCursor}`)).status).toBe(200);
      const elsewhere = await ask(`/v1/windows/2026-11-20T08:05:00Z/transactions?cursor=${nextCursor}`);
      expect(elsewhere.json.code).toBe('invalid_cursor');
      const other = await world.merchant('other');
      const others = await world.call(other.receiver, `GET ${FIRST}/transactions?cursor=${nextCursor}`);
      expect(others.json.code).toBe('invalid_cursor');
      const damaged = `${nextCursor.slice(0, 8)}${nextCursor[8] === 'A' ? 'B' : 'A'}${nextCursor.slice(9)}`;
      expect((await ask(`${FIRST}/transactions?cursor=${damaged}`)).json.code).toBe('invalid_cursor');
    });
  });

  it('tells another merchant nothing', async () => {
    await fill(2);
    const other = await world.merchant('other');
    const askOther = (path: string) => world.call(other.receiver, `GET ${path}`);
    await world.closeWindows();
    passMinutes(10);
    await world.closeWindows();
    expect((await askOther('/v1/windows?from=2026-11-20T08:00:00Z')).json.items).toEqual([]);
    expect((await askOther(`${FIRST}?buckets=256`)).json).toMatchObject({ groups: [], buckets: [] });
    expect((await askOther(`${FIRST}/transactions`)).json.items).toEqual([]);
  });

  it('answers nothing while the clock cannot be trusted', async () => {
    await fill(2);
    world.ports.clockTrust.assertTrusted = () => {
      throw Object.assign(new Error('skewed'), { code: 'clock_skew' });
    };
    for (const path of ['/v1/windows?from=2026-11-20T08:00:00Z', FIRST, `${FIRST}/transactions`]) {
      expect((await ask(path)).status).toBeGreaterThanOrEqual(500);
    }
  });
});
