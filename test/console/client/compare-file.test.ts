import { beforeEach, describe, expect, it } from 'vitest';
import { type ComparePorts, compareFile } from '../../../lib/console/client/reconciling/compare-file.ts';
import type { Difference, Job } from '../../../lib/console/client/reconciling/messages.ts';
import { createAsk } from '../../../lib/console/client/reconciling/service-questions.ts';
import type { Browser } from '../../support/cookie-browser.ts';
import { payment } from '../../support/world.ts';
import { type ConsoleWorld, createConsoleWorld } from '../console-world.ts';

/** The worker of the reconciliation page, against the console and the API in this process. */

const COLUMNS = ['transactionId', 'version', 'status', 'amount', 'currency', 'listedAt'] as const;
const BASE = '/console/merchants/demo/reconciliation';
const WINDOW_SECONDS = 300;
const OUTCOMES = 12;

type Row = Readonly<Record<(typeof COLUMNS)[number], string | number>>;

let world: ConsoleWorld;
let session: Browser;
let rows: readonly Row[];
let closedThroughMs: number;

beforeEach(async () => {
  world = createConsoleWorld();
  const demo = await world.merchant('demo');
  for (let index = 0; index < OUTCOMES; index += 1) {
    const made = payment({ amount: 100 + index });
    const path = `PUT /v1/merchants/demo/transactions/pay_${index}`;
    expect((await world.call(demo.initiator, path, made)).status).toBe(201);
    world.time.nowMs += 60_000;
  }
  world.time.nowMs += 3_600_000;
  await world.closeWindows();
  const from = new Date(world.time.nowMs - 10_800_000).toISOString();
  rows = (await world.call(demo.receiver, `GET /v1/transactions?from=${from}`)).json.items;
  expect(rows).toHaveLength(OUTCOMES);
  const hour = new Date(Math.floor(world.time.nowMs / 3_600_000) * 3_600_000 - 7_200_000).toISOString();
  const windows = await world.call(demo.receiver, `GET /v1/windows?from=${hour}`);
  closedThroughMs = Date.parse(windows.json.closedThrough);
  session = world.browser();
  await session.logIn(demo.manager);
  await session.get(BASE);
});

function csv(of: readonly Row[], columns: readonly (keyof Row)[] = COLUMNS): string {
  return [columns.join(','), ...of.map((row) => columns.map((name) => row[name]).join(','))].join('\n');
}

function compare(
  text: string,
  job: Partial<Job> = {},
  onProgress: ComparePorts['onProgress'] = () => undefined,
) {
  const { csrf } = session;
  const ask = createAsk({ base: BASE, csrf, fetch: (url, init) => session.fetch(String(url), init) });
  const whole: Job = {
    file: new File([text], 'ledger.csv'),
    base: BASE,
    csrf,
    windowSeconds: WINDOW_SECONDS,
    closedThroughMs,
    keptSinceMs: 0,
    ...job,
  };
  return compareFile(whole, { ask, onProgress });
}

function classesOf(differences: readonly Difference[]): readonly string[] {
  return differences.map((one) => `${one.class} ${one.transactionId}`).sort();
}

describe('a ledger in the browser', () => {
  it('that is equal is found equal, and no row leaves the browser', async () => {
    const result = await compare(csv(rows));
    expect(result).toMatchObject({ rows: OUTCOMES, differing: [], differences: [], sentRows: 0, outside: 0 });
  });

  it('is compared window by window, and only rows of windows that differ are sent', async () => {
    const ledger = rows
      .filter(({ transactionId }) => transactionId !== 'pay_3')
      .map((row) => (row.transactionId === 'pay_9' ? { ...row, amount: 1 } : row));
    const ghost = { ...(ledger[0] as Row), transactionId: 'ghost' };
    const result = await compare(csv([...ledger, ghost]));
    expect(classesOf(result.differences)).toEqual(['amount pay_9', 'only_here pay_3', 'only_there ghost']);
    expect(result.examined).toBe(result.differing.length);
    expect(result.sentRows).toBeLessThan(OUTCOMES);
  });

  it('may have years of rows: those that cannot be compared cost no memory', async () => {
    const [first] = rows as readonly [Row];
    const windowMs = WINDOW_SECONDS * 1_000;
    const keptSinceMs = closedThroughMs - 7_200_000;
    // More windows than a comparison may hold.
    const old = Array.from({ length: 210_001 }, (_, index) => ({
      ...first,
      transactionId: `old_${index}`,
      listedAt: new Date(keptSinceMs - (index + 1) * windowMs).toISOString(),
    }));
    const later = { ...first, transactionId: 'later', listedAt: new Date(closedThroughMs).toISOString() };
    const steps: string[] = [];
    const onProgress = (step: string) => steps.push(step);
    const lacking = [...old, ...rows.slice(1), later];
    const result = await compare(csv(lacking), { keptSinceMs }, onProgress);
    expect(result).toMatchObject({ rows: OUTCOMES - 1, outside: 210_002 });
    expect(classesOf(result.differences)).toEqual(['only_here pay_0']);
    expect([...new Set(steps)]).toEqual(['reading', 'asking', 'reading_again', 'comparing']);
  });

  it('that lacks thousands of rows of a window is compared bucket by bucket', async () => {
    const shop = await world.merchant('large');
    const many = Array.from({ length: 2_100 }, (_, index) => ({
      transactionId: `many_${index}`,
      ...payment(),
    }));
    for (let at = 0; at < many.length; at += 100) {
      const transactions = many.slice(at, at + 100);
      await world.call(shop.initiator, 'POST /v1/merchants/large/transactions', { transactions });
    }
    const from = new Date(world.time.nowMs - 60_000).toISOString();
    world.time.nowMs += 3_600_000;
    await world.closeWindows();
    const { items } = (await world.call(shop.receiver, `GET /v1/transactions?from=${from}&limit=1`)).json;
    const large = world.browser();
    await large.logIn(shop.manager);
    const base = BASE.replace('demo', 'large');
    await large.get(base);
    const { csrf } = large;
    const ask = createAsk({ base, csrf, fetch: (url, init) => large.fetch(String(url), init) });
    const file = new File([csv(items)], 'ledger.csv');
    const job = {
      file,
      base,
      csrf,
      windowSeconds: WINDOW_SECONDS,
      closedThroughMs: world.time.nowMs - 1_800_000,
    };
    const aligned = Math.floor(job.closedThroughMs / (WINDOW_SECONDS * 1_000)) * WINDOW_SECONDS * 1_000;
    const result = await compareFile(
      { ...job, closedThroughMs: aligned, keptSinceMs: 0 },
      { ask, onProgress: () => undefined },
    );
    expect(result).toMatchObject({ examined: 1, sentRows: 2 });
    expect(new Set(result.differences.map(({ transactionId }) => transactionId)).size).toBe(2_099);
    expect(result.differences.every(({ class: kind }) => kind === 'only_here')).toBe(true);
  });

  it.each([
    ['breaks off', () => new ReadableStream({ start: (body) => body.error(new TypeError('terminated')) })],
    ['is cut short', () => '{"items": ['],
  ])('is compared although an answer %s', async (_, broken) => {
    let asked = 0;
    const fetch = async (url: unknown, init?: RequestInit) => {
      asked += 1;
      return asked === 1 ? new Response(broken()) : session.fetch(String(url), init);
    };
    const ask = createAsk({ base: BASE, csrf: session.csrf, fetch });
    const answer = await ask(
      '/windows?from=2026-11-20T08:00:00.000Z&to=2026-11-20T08:05:00.000Z&resolution=window',
    );
    expect(answer).toHaveProperty('items');
    expect(asked).toBe(2);
  });

  it.each([
    ['semicolons and CR LF', (text: string) => text.replaceAll(',', ';').replaceAll('\n', '\r\n')],
    ['tabs', (text: string) => text.replaceAll(',', '\t')],
    ['a byte-order mark and a last line end', (text: string) => `\ufeff${text}\n`],
    ['quotes', (text: string) => text.replaceAll(/[^,\n]+/g, '"$&"')],
    ['quotes and CR LF', (text: string) => text.replaceAll(/[^,\n]+/g, '"$&"').replaceAll('\n', '\r\n')],
    ['comments and a hint of a spreadsheet', (text: string) => `sep=,\n# of a day\n\n${text}`],
    [
      'columns of its own, with commas and line ends in quotes',
      (text: string) => text.replaceAll(/$/gm, ',"a, b\nc"').replace(',"a, b\nc"', ',note'),
    ],
  ])('may have %s', async (_, change) => {
    expect(await compare(change(csv(rows)))).toMatchObject({
      rows: OUTCOMES,
      differences: [],
      differing: [],
    });
  });

  it.each([
    ['a column is missing', csv([], ['transactionId', 'status']), /has no column version/],
    ['it is empty', '', /has no column|empty/],
    [
      'a field is wrong',
      `${COLUMNS.join(',')}\npay_1,1,SUCCEEDED,19.99,EUR,2026-01-01T00:00:00Z`,
      /Line 2: amount/,
    ],
    ['it is a workbook', 'PK\u0003\u0004', /an Excel workbook/],
    [
      'a quote is never closed',
      `${COLUMNS.join(',')}\n"${'x'.repeat(1_100_000)}`,
      /never closed|transactionId/,
    ],
  ])('is refused with a reason if %s', async (_, text, reason) => {
    await expect(compare(text)).rejects.toThrow(reason);
  });

  it('with a row twice in a window that differs is refused with both lines', async () => {
    await expect(compare(csv([...rows, rows[4] as Row]))).rejects.toThrow(/Line 14: pay_4.*line 6/);
  });

  it('of another time says so', async () => {
    const later = rows.map((row) => ({ ...row, listedAt: '2099-01-01T00:00:00.000Z' }));
    await expect(compare(csv(later))).rejects.toMatchObject({ code: 'nothing_to_compare' });
  });

  it('without listedAt is compared by transaction, for a time that the user names', async () => {
    const columns = COLUMNS.filter((name) => name !== 'listedAt');
    const ledger = rows
      .filter(({ transactionId }) => transactionId !== 'pay_3')
      .map((row) => (row.transactionId === 'pay_9' ? { ...row, status: 'FAILED' } : row));
    const ghost = { ...(ledger[0] as Row), transactionId: 'ghost' };
    const text = csv([...ledger, ghost], columns);
    await expect(compare(text)).rejects.toMatchObject({ code: 'needs_range' });
    const result = await compare(text, { fromMs: closedThroughMs - 7_200_000 });
    expect(result).toMatchObject({ mode: 'transactions', outside: 1, sentRows: 0 });
    expect(classesOf(result.differences)).toEqual(['only_here pay_3', 'status pay_9']);
  });

  it('is not compared by a session that has ended', async () => {
    await session.submit('/console/log-out');
    await expect(compare(csv(rows))).rejects.toMatchObject({ code: 'no_session' });
  });
});
