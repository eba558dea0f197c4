import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createDigestSum, digestOfRows } from '../../../lib/core/feed/digest.ts';
import type { Outcome } from '../../../lib/core/model.ts';
import { bucketOf, type HashedRow } from '../../../lib/protocol/row-digest.ts';
import type { Shop, World } from '../../support/demo-world.ts';
import { firstWindow } from '../../support/first-window.ts';
import { verified } from '../../support/verified.ts';
import { createWorld, payment } from '../../support/world.ts';

const MINUTE = 60_000;
const WINDOW = '2026-11-20T08:00:00Z';

const rowOf = ({ transactionId, version, status, amount, currency }: HashedRow) => ({
  transactionId,
  version,
  status,
  amount,
  currency,
});

describe('reconciling a receiver’s rows', () => {
  let world: World & { readonly late: Set<string> };
  let demo: Shop;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    // Rows that the feed index does not show, though it did before.
    const late = new Set<string>();
    const indexedAtMs = ({ transactionId }: Outcome) =>
      late.has(transactionId) ? Number.POSITIVE_INFINITY : 0;
    world = { ...createWorld({ indexedAtMs }), late };
    demo = await world.merchant('demo');
    return () => vi.useRealTimers();
  });
  /** Outcomes of the first window, closed. */
  const fill = async (count: number, changes: (index: number) => object = () => ({})) => {
    const rows = firstWindow(count, changes);
    for (const row of rows) await world.ports.outcomes.putIfAbsent(row, 0);
    await close();
    return rows;
  };
  const close = async () => {
    world.time.nowMs += 6 * MINUTE;
    await world.closeWindows();
  };
  const post = (body: unknown) => world.call(demo.receiver, 'POST /v1/reconciliations', body);
  const reconcile = async (rows: readonly object[], about: object = {}) => {
    const answer = await post({ window: WINDOW, rows, ...about });
    expect(answer.status, answer.text).toBe(200);
    return answer.json;
  };

  it('makes no answer of rows that do not add up to the digest, whole or by bucket', async () => {
    const rows = await fill(6);
    const [late] = rows;
    if (late === undefined) throw new Error('no row');
    world.late.add(late.transactionId);
    const bucket = bucketOf(late.transactionId);
    for (const body of [
      { window: WINDOW, rows: rows.slice(2).map(rowOf) },
      { window: WINDOW, bucket, rows: [] },
    ]) {
      const answer = await post(body);
      expect(answer.json).toMatchObject({ status: 409, code: 'window_in_doubt' });
      expect(verified(answer, demo.secret, world.time.nowMs)).toEqual(answer.json);
    }
    world.late.clear();
    expect((await reconcile(rows.slice(2).map(rowOf))).differences).toHaveLength(2);
    expect((await reconcile([], { bucket })).differences).toHaveLength(1);
  });

  it('finds each class of difference, and says both sides', async () => {
    const [equal, missing, status, amount, currency, both] = await fill(6);
    const theirs = [
      rowOf(equal as Outcome),
      { ...rowOf(status as Outcome), status: 'PENDING' },
      { ...rowOf(amount as Outcome), amount: 9 },
      { ...rowOf(currency as Outcome), currency: 'EUR' },
      { ...rowOf(both as Outcome), status: 'FAILED', amount: 1 },
      { ...rowOf(equal as Outcome), transactionId: 'pay_unknown' },
      { ...rowOf(missing as Outcome), version: 2 },
    ];
    const answer = await post({ window: WINDOW, rows: theirs });
    const side = ({ transactionId: _id, ...rest }: object & { transactionId: string }) => rest;
    const here = (row: Outcome | undefined) => side(rowOf(row as Outcome));
    const there = (index: number) => side(theirs[index] as (typeof theirs)[0]);
    expect(answer.json).toMatchObject({
      merchantId: 'demo',
      request: 'POST /v1/reconciliations',
      asOf: '2026-11-20T08:05:30.000Z',
      start: '2026-11-20T08:00:00.000Z',
      end: '2026-11-20T08:05:00.000Z',
      revision: 0,
      windowSeconds: 300,
      here: { count: 6 },
      there: digestOfRows(theirs as never),
    });
    expect(answer.json.differences).toEqual([
      { class: 'only_here', transactionId: 'pay_1', here: here(missing) },
      { class: 'status', transactionId: 'pay_2', here: here(status), there: there(1) },
      { class: 'amount', transactionId: 'pay_3', here: here(amount), there: there(2) },
      { class: 'currency', transactionId: 'pay_4', here: here(currency), there: there(3) },
      { class: 'status', transactionId: 'pay_5', here: here(both), there: there(4) },
      { class: 'amount', transactionId: 'pay_5', here: here(both), there: there(4) },
      { class: 'only_there', transactionId: 'pay_unknown', there: there(5) },
      { class: 'only_there', transactionId: 'pay_1', there: there(6) },
    ]);
    expect(verified(answer, demo.secret, world.time.nowMs)).toEqual(answer.json);
  });

  it('reads no row where the digests are equal', async () => {
    const rows = await fill(700);
    world.ports.feed.page = () => Promise.reject(new Error('nothing is to be read'));
    expect((await reconcile(rows.map(rowOf).reverse())).differences).toEqual([]);
    const bucket = bucketOf('pay_3');
    const own = rows.filter(({ transactionId }) => bucketOf(transactionId) === bucket);
    const answer = await reconcile(own.map(rowOf), { bucket });
    expect(answer).toMatchObject({ bucket, differences: [], here: { count: own.length } });
  });

  it('knows an empty window, and one that the receiver has nothing of', async () => {
    const rows = await fill(3);
    await close();
    const later = '2026-11-20T08:05:00Z';
    expect((await post({ window: later, rows: [] })).json.differences).toEqual([]);
    expect((await reconcile([])).differences).toHaveLength(3);
    const elsewhere = (await post({ window: later, rows: rows.map(rowOf) })).json;
    // Listed in another window: in this one they are only there.
    expect(elsewhere.differences.map(({ class: name }: { class: string }) => name)).toEqual([
      'only_there',
      'only_there',
      'only_there',
    ]);
    expect(elsewhere.here).toEqual({ count: 0, hash: '0'.repeat(32) });
  });

  it.each([400, 700])('takes one bucket of a window of %d rows', async (count) => {
    const rows = await fill(count);
    const bucket = bucketOf('pay_3');
    const own = rows.filter(({ transactionId }) => bucketOf(transactionId) === bucket);
    const theirs = own.filter(({ transactionId }) => transactionId !== 'pay_3').map(rowOf);
    const answer = await reconcile(theirs, { bucket });
    expect(answer.differences).toMatchObject([{ class: 'only_here', transactionId: 'pay_3' }]);
    expect(answer.here.count).toBe(own.length);
    const outsideBucket = await post({ window: WINDOW, bucket, rows: rows.slice(0, 5).map(rowOf) });
    const wrong = [0, 1, 2, 3, 4].filter((index) => bucketOf(`pay_${index}`) !== bucket);
    expect(outsideBucket.json).toMatchObject({ status: 400, code: 'wrong_bucket' });
    expect(outsideBucket.json.errors).toEqual(
      wrong.map((index) => ({ pointer: `/rows/${index}`, code: 'wrong_bucket' })),
    );
  });

  it('leaves out what a receiver’s event types leave out', async () => {
    const rows = await fill(20, (index) => ({ transactionType: index % 2 === 0 ? 'refund' : 'payment' }));
    const theirs = rows.filter((_, index) => index % 2 === 1).map(rowOf);
    expect((await reconcile(theirs)).differences).toHaveLength(10);
    const answer = await reconcile(theirs.slice(1), { types: ['payment.*', 'refund.failed'] });
    expect(answer.here.count).toBe(10);
    expect(answer.differences).toMatchObject([{ class: 'only_here', transactionId: 'pay_1' }]);
  });

  it('refuses more differences than an answer holds, rather than show some of them', async () => {
    const rows = await fill(2_100);
    expect((await post({ window: WINDOW, rows: [] })).json).toMatchObject({
      status: 409,
      code: 'too_many_differences',
    });
    const strangers = rows.map((row) => ({ ...rowOf(row), transactionId: `x${row.transactionId}` }));
    await close();
    const nothingHere = await post({ window: '2026-11-20T08:05:00Z', rows: strangers });
    expect(nothingHere.json.code).toBe('too_many_differences');
    const most = await post({ window: '2026-11-20T08:05:00Z', rows: strangers.slice(0, 2_000) });
    expect(most.json.differences).toHaveLength(2_000);
    expect(Buffer.byteLength(most.text)).toBeLessThan(1_000_000);
    const bucket = bucketOf('pay_0');
    expect((await reconcile([], { bucket })).differences.length).toBeGreaterThan(0);
  });

  it('refuses a window of more rows than can be compared at once, and has it asked by bucket', async () => {
    const sum = createDigestSum();
    for (const row of await fill(3)) sum.add(row);
    const { read } = world.ports.windows;
    world.ports.windows.buckets = async () => sum.buckets();
    const grow = (count: number) => {
      world.ports.windows.read = async (merchantId, start) => {
        const window = await read(merchantId, start);
        return window && { ...window, groups: window.groups.map((group) => ({ ...group, count })) };
      };
    };
    grow(10_001);
    expect((await post({ window: WINDOW, rows: [] })).json).toMatchObject({
      status: 409,
      code: 'window_too_large',
    });
    const bucket = bucketOf('pay_0');
    expect((await reconcile([], { bucket })).differences).toHaveLength(1);
    grow(50_001);
    expect((await post({ window: WINDOW, bucket, rows: [] })).json.code).toBe('window_too_large');
  });

  it('refuses a row that occurs twice in the claim, with equal or different contents', async () => {
    const [first, second] = (await fill(2)).map(rowOf);
    const rows = [first, second, first, { ...second, amount: 7 }];
    expect((await post({ window: WINDOW, rows })).json).toMatchObject({
      status: 400,
      code: 'duplicate_row',
      errors: [
        { pointer: '/rows/2', code: 'duplicate_row' },
        { pointer: '/rows/3', code: 'duplicate_row' },
      ],
    });
    const many = await post({ window: WINDOW, rows: Array(200).fill(first) });
    expect(many.json.errors).toHaveLength(20);
  });

  it.each<[string, object, string, string]>([
    ['no window', { rows: [] }, 'missing_field', '/window'],
    ['no rows', { window: WINDOW }, 'missing_field', '/rows'],
    ['an invalid time', { window: 'today', rows: [] }, 'invalid_date', '/window'],
    ['a time within a window', { window: '2026-11-20T08:01:00Z', rows: [] }, 'unaligned_time', '/window'],
    [
      'a window beyond the retention',
      { window: '2026-08-22T08:00:00Z', rows: [] },
      'beyond_retention',
      '/window',
    ],
    ['a bucket that there is not', { window: WINDOW, bucket: 256, rows: [] }, 'invalid_value', '/bucket'],
    [
      'an invalid event type',
      { window: WINDOW, types: ['payment'], rows: [] },
      'invalid_event_type',
      '/types/0',
    ],
    ['an invalid row', { window: WINDOW, rows: [1] }, 'invalid_type', '/rows/0'],
    [
      'a row with other columns',
      { window: WINDOW, rows: [{ ...rowOf(payment() as never), transactionId: 'a', version: 1, note: '' }] },
      'unknown_field',
      '/rows/0/note',
    ],
    [
      'an amount in the major unit',
      {
        window: WINDOW,
        rows: [{ transactionId: 'a', version: 1, status: 'CLOSED', amount: 19.99, currency: 'CNY' }],
      },
      'invalid_amount',
      '/rows/0/amount',
    ],
  ])('refuses %s', async (_title, body, code, pointer) => {
    await fill(1);
    const answer = await post(body);
    expect(answer.json).toMatchObject({ status: 400, code, errors: [{ pointer, code }] });
    expect(verified(answer, demo.secret, world.time.nowMs)).toEqual(answer.json);
  });

  it('refuses a window that is not closed, and says how far they are', async () => {
    await fill(1);
    const answer = await post({ window: '2026-11-20T08:05:00Z', rows: [] });
    expect(answer.json).toMatchObject({
      status: 409,
      code: 'window_not_closed',
      closedThrough: '2026-11-20T08:05:00.000Z',
    });
    expect(answer.json.errors).toBeUndefined();
    expect(verified(answer, demo.secret, world.time.nowMs)).toEqual(answer.json);
  });

  it('accepts a claim of up to 1 MiB, and no more', async () => {
    await fill(1);
    const row = (index: number) => ({
      transactionId: `${'x'.repeat(20)}${index}`,
      version: 1,
      status: 'SUCCEEDED',
      amount: 1,
      currency: 'CNY',
    });
    const rows = Array.from({ length: 9_000 }, (_, index) => row(index));
    expect((await post({ window: WINDOW, rows })).json.code).toBe('too_many_differences');
    const larger = JSON.stringify({ window: WINDOW, rows }).padEnd(1024 * 1024 + 1);
    expect((await post(larger)).json).toMatchObject({ status: 413, code: 'body_too_large' });
    const longer = Array.from({ length: 10_001 }, () => 1);
    expect((await post({ window: WINDOW, rows: longer })).json).toMatchObject({ status: 400 });
  });
});
