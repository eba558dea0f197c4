import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type CommandOptions, runReconcile } from '../../../lib/cli/reconcile/command.ts';
import { isTerminal, outcomeSchema, type TerminalOutcome } from '../../../lib/core/model.ts';
import { printableLines } from '../../../lib/printable.ts';
import { fetchOf } from '../../support/kit.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { createWorld, payment, START_MS } from '../../support/world.ts';

type World = ReturnType<typeof createWorld>;
type Row = Pick<
  TerminalOutcome,
  'transactionId' | 'version' | 'transactionType' | 'status' | 'amount' | 'currency' | 'listedAt'
>;
interface Line {
  readonly event: string;
  readonly class: string;
  readonly transactionId: string;
  readonly line?: number;
  readonly here?: object;
  readonly there?: object;
}

const MINUTE = 60_000;
const COLUMNS = 'transactionId,version,transactionType,status,amount,currency,listedAt';
const FROM = '2026-11-20T08:00:00Z';

const directory = temporaryDirectory();
afterAll(() => removeDirectory(directory));
const file = join(directory, 'ledger.csv');

const textOf = (rows: readonly Row[]) =>
  [
    COLUMNS,
    ...rows.map((row) =>
      [
        row.transactionId,
        row.version,
        row.transactionType,
        row.status,
        row.amount,
        row.currency,
        row.listedAt,
      ].join(),
    ),
    '',
  ].join('\r\n');

describe('reconciling a ledger', () => {
  let world: World;
  let demo: Awaited<ReturnType<World['merchant']>>;
  const asked: string[] = [];
  beforeEach(async () => {
    world = createWorld();
    demo = await world.merchant('demo', { feedShards: 2 });
    asked.length = 0;
  });

  /** Rows straight into the table, listed so many seconds after the beginning. */
  const list = async (count: number, stepMs: number, changes: (index: number) => object = () => ({})) => {
    const rows: TerminalOutcome[] = [];
    for (let index = 0; index < count; index += 1) {
      const listedAt = new Date(START_MS + index * stepMs).toISOString();
      const outcome = outcomeSchema.parse({
        ...payment({ amount: index, ...changes(index) }),
        merchantId: 'demo',
        transactionId: `pay_${index}`,
        version: 1,
        recordedAt: listedAt,
        listedAt,
      });
      await world.ports.outcomes.putIfAbsent(outcome, index % 2);
      if (isTerminal(outcome)) rows.push(outcome);
    }
    return rows;
  };
  const close = async (minutes: number) => {
    world.time.nowMs = START_MS + minutes * MINUTE;
    for (let run = 0; run <= minutes / 60 + 1; run += 1) await world.closeWindows();
  };

  const run = async (
    ledger: string | readonly Row[],
    options: Partial<CommandOptions> & {
      readonly env?: Readonly<Record<string, string>>;
      readonly fetch?: ReturnType<typeof fetchOf>;
      readonly isTTY?: boolean;
    } = {},
  ) => {
    const { env, fetch = fetchOf(world), isTTY = false, ...given } = options;
    writeFileSync(file, typeof ledger === 'string' ? ledger : textOf(ledger));
    const lines: string[] = [];
    const screen: string[] = [];
    const status = await runReconcile(
      { ledger: file, from: undefined, to: undefined, types: undefined, json: true, ...given },
      {
        env: {
          TIDINGS_API: 'https://tidings.example',
          TIDINGS_KEY: demo.receiver,
          TIDINGS_SECRET: demo.secret,
          ...env,
        },
        write: (line) => void lines.push(line),
        screen: { isTTY, columns: 80, write: (text) => void screen.push(text) },
        service: {
          now: () => world.time.nowMs,
          pauses: { sleep: async () => undefined, fraction: () => 0 },
          fetch: (url, init) => {
            asked.push(`${init.method} ${url.slice('https://tidings.example'.length)}`);
            return fetch(url, init);
          },
        },
      },
    );
    return { status, lines, said: screen.join('') };
  };
  const events = (lines: readonly string[]): readonly Line[] => lines.map((line) => JSON.parse(line));
  const found = (lines: readonly string[]) => events(lines).filter(({ event }) => event === 'difference');

  it('finds both the same by three questions, and says of which time', async () => {
    const rows = await list(600, 10_000);
    await close(200);
    const { status, lines } = await run(rows);
    expect(status).toBe(0);
    expect(events(lines)).toEqual([
      {
        event: 'end',
        result: 'equal',
        merchantId: 'demo',
        from: '2026-11-20T08:00:00.000Z',
        to: '2026-11-20T11:15:00.000Z',
        closedThrough: '2026-11-20T11:15:00.000Z',
        rows: 600,
        outside: 0,
        pending: 0,
        windows: 39,
        differing: 0,
        differences: 0,
        requests: 2,
        bytes: expect.any(Number),
      },
    ]);
  });

  it('finds what differs, of each class, with the line, and sends the rows of that window only', async () => {
    const rows = await list(600, 10_000, (index) => ({ currency: index % 2 === 0 ? 'CNY' : 'EUR' }));
    await close(200);
    const change = (index: number, changes: Partial<Row>): Row => ({ ...(rows[index] as Row), ...changes });
    const ledger = [
      ...rows.slice(0, 300),
      // Of the window from 08:50 on: 301 is not there, others are not the same, and one is too much.
      change(300, { amount: 1 }),
      change(302, { status: 'FAILED' }),
      change(303, { currency: 'USD' }),
      change(304, { transactionId: 'pay_extra' as never }),
      ...rows.slice(304),
    ];
    const { status, lines } = await run(ledger);
    expect(status).toBe(1);
    const [end] = events(lines).filter(({ event }) => event === 'end');
    expect(end).toMatchObject({ result: 'differs', windows: 39, differing: 1, differences: 5 });
    const side = (index: number, changes: object = {}) => {
      const { version, status: own, amount, currency } = { ...(rows[index] as Row), ...changes };
      return { version, status: own, amount, currency };
    };
    const at = { event: 'difference', window: '2026-11-20T08:50:00.000Z' };
    expect(found(lines)).toHaveLength(5);
    expect(found(lines)).toEqual(
      expect.arrayContaining([
        {
          ...at,
          class: 'amount',
          transactionId: 'pay_300',
          here: side(300),
          there: side(300, { amount: 1 }),
          line: 302,
        },
        { ...at, class: 'only_here', transactionId: 'pay_301', here: side(301) },
        {
          ...at,
          class: 'status',
          transactionId: 'pay_302',
          here: side(302),
          there: side(302, { status: 'FAILED' }),
          line: 303,
        },
        {
          ...at,
          class: 'currency',
          transactionId: 'pay_303',
          here: side(303),
          there: side(303, { currency: 'USD' }),
          line: 304,
        },
        { ...at, class: 'only_there', transactionId: 'pay_extra', there: side(304), line: 305 },
      ]),
    );
    expect(asked.filter((request) => request.startsWith('POST'))).toEqual(['POST /v1/reconciliations']);
  });

  it('finds exactly what was hidden, added and changed, wherever it lies', async () => {
    const rows = await list(90, 20_000);
    await close(60);
    const fate = fc.constantFrom('same', 'same', 'same', 'same', 'hidden', 'changed', 'added');
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { minLength: rows.length, maxLength: rows.length }), async (fates) => {
        const ledger = rows.flatMap((row, index): readonly Row[] => {
          switch (fates[index]) {
            case 'hidden':
              return [];
            case 'changed':
              return [{ ...row, amount: row.amount + 1 }];
            case 'added':
              return [row, { ...row, transactionId: `own_${index}` as never }];
            default:
              return [row];
          }
        });
        const { status, lines } = await run(ledger.toReversed(), { from: FROM });
        const expected = fates.flatMap((one, index) => {
          if (one === 'hidden') return [`only_here pay_${index}`];
          if (one === 'changed') return [`amount pay_${index}`];
          return one === 'added' ? [`only_there own_${index}`] : [];
        });
        const all = found(lines).map(({ class: kind, transactionId }) => `${kind} ${transactionId}`);
        expect(all.sort()).toEqual(expected.sort());
        expect(status).toBe(expected.length === 0 ? 0 : 1);
      }),
      { numRuns: 20 },
    );
  });

  it('finds a row that the ledger has in two windows where it does not belong', async () => {
    const rows = await list(90, 10_000);
    await close(60);
    const { status, lines } = await run([
      ...rows,
      { ...(rows[2] as Row), listedAt: '2026-11-20T08:07:00.000Z' },
    ]);
    expect([status, found(lines)]).toMatchObject([
      1,
      [{ class: 'only_there', transactionId: 'pay_2', window: '2026-11-20T08:05:00.000Z', line: 92 }],
    ]);
  });

  describe('does not take rows for equal that only add up to the same', () => {
    const at = (row: Row | undefined, changes: Partial<Row>): Row => ({ ...(row as Row), ...changes });
    const swapped = (rows: readonly Row[], field: keyof Row): readonly Row[] => [
      at(rows[0], { [field]: rows[1]?.[field] }),
      at(rows[1], { [field]: rows[0]?.[field] }),
      ...rows.slice(2),
    ];
    const kinds = async (...args: Parameters<typeof run>) => {
      const { status, lines } = await run(...args);
      return [
        status,
        ...found(lines)
          .map(({ class: kind, transactionId }) => `${kind} ${transactionId}`)
          .sort(),
      ];
    };

    it.each(['amount', 'status', 'currency', 'listedAt'] as const)(
      'where two rows have swapped %s',
      async (field) => {
        const rows = await list(90, 10_000, (index) => ({
          status: index % 2 === 0 ? 'SUCCEEDED' : 'FAILED',
          currency: index % 2 === 0 ? 'CNY' : 'EUR',
        }));
        await close(60);
        expect(await kinds(rows)).toEqual([0]);
        expect(await kinds(swapped(rows, field))).toEqual([1, `${field} pay_0`, `${field} pay_1`]);
      },
    );

    it('where two rows have swapped transaction types, in a ledger that has them', async () => {
      const rows = await list(90, 10_000, (index) => ({
        transactionType: index % 2 === 0 ? 'refund' : 'payment',
      }));
      await close(60);
      const wrong = swapped(rows, 'transactionType');
      expect(await kinds(wrong)).toEqual([1, 'type pay_0', 'type pay_1']);
      const { lines } = await run(wrong, { json: false });
      expect(lines).toContain('fields    status, amount, currency, listedAt, transactionType');
      const untyped = wrong.map((row) => ({ ...row, transactionType: '' as never }));
      expect(await kinds(untyped)).toEqual([0]);
      expect((await run(untyped, { json: false })).lines).toContain(
        'fields    status, amount, currency, listedAt; no types: not every row has one',
      );
    });

    it('where one of many rows was moved within its window, and others are missing', async () => {
      const rows = await list(600, 100);
      await close(10);
      const ledger: Row[] = rows.filter((_, index) => index !== 17);
      ledger[300] = at(ledger[300], { listedAt: '2026-11-20T08:00:00.001Z' });
      const { status, lines } = await run(ledger, { from: FROM });
      expect([status, found(lines)]).toMatchObject([
        1,
        [
          { class: 'only_here', transactionId: 'pay_17' },
          {
            class: 'listedAt',
            transactionId: 'pay_301',
            here: { listedAt: rows[301]?.listedAt },
            there: { listedAt: '2026-11-20T08:00:00.001Z' },
            line: 302,
          },
        ],
      ]);
    });

    it('where a window was closed by a version that kept no digest of its times', async () => {
      const rows = await list(90, 10_000);
      await close(60);
      const merchantId = rows[0]?.merchantId as TerminalOutcome['merchantId'];
      const standing = await world.ports.windows.read(merchantId, '2026-11-20T08:00:00.000Z');
      if (standing === undefined) throw new Error('It was not closed.');
      const { times: _, ...former } = standing;
      await world.ports.windows.revise({ ...former, revision: 1 }, 0);
      expect(await kinds(rows)).toEqual([0]);
      expect(await kinds(swapped(rows, 'listedAt'))).toEqual([1, 'listedAt pay_0', 'listedAt pay_1']);
    });

    it('and takes times that the ledger cut off to whole seconds for what they were', async () => {
      const rows = await list(90, 1_234);
      await close(60);
      const cut = rows.map((row) => at(row, { listedAt: row.listedAt.replace(/\.\d+/, '') }));
      expect(await kinds(cut)).toEqual([0]);
      expect(await kinds(swapped(cut, 'listedAt'))).toEqual([1, 'listedAt pay_0', 'listedAt pay_1']);
    });
  });

  it('parts a window by buckets where it has more rows than a question holds', async () => {
    const rows = await list(4_500, 10);
    await close(10);
    const ledger = rows.filter((_, index) => index !== 17 && index !== 4_321);
    const { lines } = await run(ledger, { from: FROM });
    expect(found(lines).map(({ class: kind, transactionId }) => [kind, transactionId])).toEqual(
      expect.arrayContaining([
        ['only_here', 'pay_17'],
        ['only_here', 'pay_4321'],
      ]),
    );
    expect(asked.filter((request) => request.includes('buckets=256'))).toHaveLength(1);
    expect(asked.filter((request) => request.startsWith('POST')).length).toBeLessThanOrEqual(2);
  });

  it('looks at the rows itself where the service has too many to compare', async () => {
    const rows = await list(600, 100);
    await close(10);
    const own = fetchOf(world);
    const refusing: typeof own = async (url, init) => {
      if (init.method !== 'POST') return own(url, init);
      const problem = { merchantId: 'demo', request: 'POST /v1/reconciliations', asOf: FROM };
      return Response.json({ ...problem, code: 'window_too_large' }, { status: 409 });
    };
    const ledger = rows
      .filter((_, index) => index !== 17)
      .map((row, index) => (index === 99 ? { ...row, status: 'CLOSED' as const, amount: 5 } : row));
    const { status, lines } = await run(ledger, { from: FROM, fetch: refusing, env: { TIDINGS_SECRET: '' } });
    expect(status).toBe(1);
    const kinds = found(lines).map(({ class: kind, transactionId }) => `${kind} ${transactionId}`);
    expect(kinds.sort()).toEqual(['amount pay_100', 'only_here pay_17', 'status pay_100']);
  });

  it('compares the types that the ledger keeps, and no others', async () => {
    const rows = await list(100, 1_000, (index) => ({
      transactionType: index % 3 === 0 ? 'refund' : 'payment',
    }));
    await close(10);
    const payments = rows.filter(({ transactionType }) => transactionType === 'payment');
    expect((await run(payments, { from: FROM })).status).toBe(1);
    expect((await run(payments, { from: FROM, types: 'payment.*' })).status).toBe(0);
    expect((await run(rows, { from: FROM, types: 'payment.*' })).status).toBe(0);
    const { status, lines } = await run(payments.slice(1), { from: FROM, types: 'payment.succeeded' });
    expect([status, found(lines).map(({ transactionId }) => transactionId)]).toEqual([1, ['pay_1']]);
  });

  it('finds what is missing of a day of which one answer has the morning and the next one the rest', async () => {
    const DAY = 24 * 60 * MINUTE;
    // One answer goes over 31 days: that of a ledger which begins at 08:00 ends at 08:00.
    const rows = await list(2, 31 * DAY + 4 * 60 * MINUTE);
    const morning = new Date(START_MS + 31 * DAY - 5 * 60 * MINUTE).toISOString();
    const lost = outcomeSchema.parse({
      ...payment({}),
      merchantId: 'demo',
      transactionId: 'pay_lost',
      version: 1,
      recordedAt: morning,
      listedAt: morning,
    });
    await world.ports.outcomes.putIfAbsent(lost, 0);
    await close(33 * 24 * 60);
    const { status, lines } = await run(rows);
    expect([status, found(lines)]).toMatchObject([
      1,
      [{ class: 'only_here', transactionId: 'pay_lost', window: morning }],
    ]);
    expect((await run([...rows, lost as TerminalOutcome])).status).toBe(0);
  });

  it('takes the statement of a day as it is', async () => {
    await list(3_000, 10_000);
    await close(17 * 60);
    await world.stateDays();
    const { json } = await world.call(demo.receiver, 'GET /v1/statements/2026-11-20');
    const statement = Buffer.from(world.files.get(new URL(json.url).pathname) ?? []).toString('utf8');
    const { status, lines } = await run(statement);
    expect(status).toBe(0);
    expect(events(lines)[0]).toMatchObject({ from: json.from, to: json.to, rows: 3_000, windows: 288 });

    const cut = statement.split('\r\n').slice(0, -2).join('\r\n');
    expect(await run(cut)).toMatchObject({
      status: 2,
      said: expect.stringContaining('3000 rows, but has 2999'),
    });
    const changed = statement.replace(',1999,CNY,', ',1998,CNY,').replace(',7,CNY,', ',8,CNY,');
    expect(await run(changed)).toMatchObject({
      status: 2,
      said: expect.stringContaining('incomplete_statement'),
    });
    const other = await world.merchant('other');
    expect(
      await run(statement, { env: { TIDINGS_KEY: other.receiver, TIDINGS_SECRET: other.secret } }),
    ).toMatchObject({
      status: 2,
      said: expect.stringContaining('other_merchant'),
    });
  });

  describe('says of which time it speaks', () => {
    it('and which rows of the ledger lie outside of it', async () => {
      const rows = await list(120, 10_000);
      await close(16);
      const { status, lines } = await run(rows, { json: false });
      expect(status).toBe(0);
      expect(lines).toContain(
        'compared  2026-11-20T08:00:00.000Z to 2026-11-20T08:15:00.000Z (closed through 2026-11-20T08:15:00.000Z)',
      );
      expect(lines).toContain('ledger    90 rows in that time');
      expect(lines).toContain('          30 rows before or after it, NOT compared');
    });

    it('and finds what is missing before the ledger’s first row, where it is told to', async () => {
      const rows = await list(120, 10_000);
      await close(30);
      expect((await run(rows.slice(40))).status).toBe(1);
      expect((await run(rows.slice(60))).status).toBe(0);
      expect((await run(rows.slice(60), { from: '2026-11-20T16:00:00+08:00' })).status).toBe(1);
    });

    it('and not of what is not closed', async () => {
      const rows = await list(120, 10_000);
      await close(16);
      expect(await run(rows, { to: '2026-11-20T08:20:00Z' })).toMatchObject({
        status: 2,
        lines: [],
        said: expect.stringContaining('closed only through 2026-11-20T08:15:00.000Z'),
      });
    });

    it('and not of parts of windows', async () => {
      const rows = await list(120, 10_000);
      await close(60);
      expect(await run(rows, { from: '2026-11-20T08:07:00Z' })).toMatchObject({
        status: 2,
        said: expect.stringContaining('2026-11-20T08:05:00.000Z or 2026-11-20T08:10:00.000Z'),
      });
    });

    it('and where that began before the retention, on which line, and what to do', async () => {
      const rows = await list(90, 10_000);
      await close(60);
      const old = {
        ...(rows[1] as Row),
        transactionId: 'pay_old' as never,
        listedAt: '2026-01-31T08:00:00.000Z',
      };
      const ledger = [...rows.slice(0, 40), old, ...rows.slice(40)];
      const refused = await run(ledger, { json: false });
      expect([refused.status, refused.lines]).toEqual([2, []]);
      expect(refused.said).toContain('beyond_retention');
      expect(refused.said).toContain(
        'Line 42: listedAt is 2026-01-31T08:00:00.000Z, and that is older than what Tidings keeps, which begins at ' +
          '2026-08-22T09:00:00.000Z. Older rows in the ledger: 1.',
      );
      expect(refused.said).toContain('Compare the rest with --from 2026-08-22T11:00:00.000Z.');
      expect(await run(ledger, { from: '2026-08-22T11:00:00.000Z' })).toMatchObject({ status: 0 });
      expect((await run(rows, { from: '2026-01-01' })).said).toContain(
        '--from 2026-01-01T00:00:00.000Z is older than what Tidings keeps',
      );
      expect((await run([old], { to: '2026-02-01' })).said).toContain('Nothing is left to compare');
    });

    it('and not of none', async () => {
      await list(10, 1_000);
      await close(60);
      expect((await run([])).said).toContain('nothing_to_compare');
      expect((await run([], { from: FROM })).status).toBe(1);
      expect((await run([], { from: FROM, to: '2026-11-20T07:00:00Z' })).said).toContain(
        'nothing_to_compare',
      );
    });

    it('and not before anything is closed', async () => {
      expect((await run([], { from: FROM })).said).toContain('not_closed');
    });
  });

  describe('refuses, and shows nothing that looks like an answer,', () => {
    it('a ledger with a row twice', async () => {
      const rows = await list(90, 10_000);
      await close(60);
      const twice = [...rows.slice(0, 60), rows[2] as Row, ...rows.slice(60)];
      const { status, lines, said } = await run(twice, { json: false });
      expect([status, lines]).toEqual([2, []]);
      expect(said).toContain('Line 62 repeats line 4: transaction pay_2, version 1');
    });

    it('a ledger of which a row has no type, where types are compared', async () => {
      const rows = await list(90, 10_000);
      await close(60);
      const own: Row = { ...(rows[5] as Row), transactionId: 'own_1' as never, transactionType: '' as never };
      expect(await run([...rows, own], { types: 'payment.*' })).toMatchObject({
        status: 2,
        lines: [],
        said: expect.stringContaining('Line 92: transactionType is ""'),
      });
      expect((await run([...rows, own])).status).toBe(1);
    });

    it('a ledger that changes while it is read', async () => {
      const rows = await list(90, 10_000);
      await close(60);
      const own = fetchOf(world);
      const { status, said } = await run(rows.slice(1), {
        from: FROM,
        fetch: async (url, init) => {
          if (url.includes('resolution=hour'))
            appendFileSync(file, textOf(rows.slice(0, 1)).split('\r\n')[1] ?? '');
          return own(url, init);
        },
      });
      expect([status, said]).toEqual([2, expect.stringContaining('ledger_changed')]);
    });

    it('answers that were not signed with the secret, to another question, or of another merchant', async () => {
      const rows = await list(90, 10_000);
      await close(60);
      const own = fetchOf(world);
      const wrongSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
      expect(await run(rows, { env: { TIDINGS_SECRET: wrongSecret } })).toMatchObject({
        status: 2,
        lines: [],
        said: expect.stringMatching(/signature_mismatch(.|\n)*Is TIDINGS_SECRET the merchant's secret/),
      });
      const asOther: typeof own = (url, init) => own(url.replace('resolution=day', 'resolution=hour'), init);
      for (const env of [{}, { TIDINGS_SECRET: '' }]) {
        expect((await run(rows, { fetch: asOther, env })).said).toMatch(/wrong_(question|answer)/);
      }
      const changed: typeof own = async (url, init) => {
        const response = await own(url, init);
        return new Response((await response.text()).replace('"count":', '"count":1'), response);
      };
      expect((await run(rows, { fetch: changed })).said).toContain('signature_mismatch');
      expect(await run(rows, { fetch: changed, env: { TIDINGS_SECRET: '' } })).not.toMatchObject({
        status: 0,
      });
    });

    it('an answer about other rows than were claimed', async () => {
      const rows = await list(90, 10_000);
      await close(60);
      const own = fetchOf(world);
      const { said } = await run(rows.slice(1), {
        from: FROM,
        env: { TIDINGS_SECRET: '' },
        fetch: (url, init) =>
          own(
            url,
            init.method === 'POST' ? { ...init, body: String(init.body).replace(/,\{[^}]*\}\]/, ']') } : init,
          ),
      });
      expect(said).toContain('is about other rows');
    });

    it('an answer about another window, be it signed and about the same rows', async () => {
      await list(60, 10_000);
      await close(60);
      const own = fetchOf(world);
      let kept: Response | undefined;
      // Of both windows the ledger has nothing: only what the answer says of itself tells them apart.
      const replaying: typeof own = async (url, init) => {
        if (init.method !== 'POST') return own(url, init);
        kept ??= await own(url, init);
        return kept.clone();
      };
      expect(await run([], { from: FROM, fetch: replaying })).toMatchObject({
        status: 2,
        said: expect.stringContaining('is about another window'),
      });
    });

    it('a list of rows that says that there is more, and not where', async () => {
      const rows = await list(600, 100);
      await close(10);
      const own = fetchOf(world);
      const endless: typeof own = async (url, init) => {
        if (init.method === 'POST') {
          const problem = { merchantId: 'demo', request: 'POST /v1/reconciliations', asOf: FROM };
          return Response.json({ ...problem, code: 'window_too_large' }, { status: 409 });
        }
        const response = await own(url, init);
        if (!url.includes('/transactions?')) return response;
        return Response.json({ ...((await response.json()) as object), hasMore: true });
      };
      const env = { TIDINGS_SECRET: '' };
      expect(await run(rows.slice(1), { from: FROM, fetch: endless, env })).toMatchObject({
        status: 2,
        said: expect.stringContaining('malformed_body'),
      });
    });

    it.each([
      ['no key', { TIDINGS_KEY: '' }, 'TIDINGS_KEY is not set'],
      ['no address', { TIDINGS_API: '' }, 'TIDINGS_API is not set'],
      ['an address that is none', { TIDINGS_API: 'tidings.example' }, 'not an http or https address'],
      ['a secret that is none', { TIDINGS_SECRET: 'whsec_wrong' }, 'TIDINGS_SECRET is not a secret'],
      ['an unknown key', { TIDINGS_KEY: 'tk_nobody_x' }, 'key_refused'],
    ])('%s', async (_, env, said) => {
      expect(await run([], { env })).toMatchObject({
        status: 2,
        lines: [],
        said: expect.stringContaining(said),
      });
    });

    it('a key that may not ask, and a service that is none', async () => {
      expect((await run([], { env: { TIDINGS_KEY: world.admin } })).said).toContain(
        'scope receiver or merchant',
      );
      const page = async () => new Response('<html></html>', { status: 200 });
      expect((await run([], { fetch: page })).said).toContain('is TIDINGS_API the address');
      const away = () => Promise.reject(new Error('no connection'));
      expect((await run([], { fetch: away })).said).toContain('service_unavailable');
    });

    it.each([
      ['--from', { from: 'yesterday' }, 'invalid_option'],
      ['--to', { to: '2026-11-20T08:00:00' }, 'invalid_option'],
      ['--to in February', { to: '2026-02-30' }, 'invalid_option'],
      ['--from in November', { from: '2026-11-31' }, 'invalid_option'],
      ['--from at the end of a day', { from: '2026-11-20T24:00:00Z' }, 'invalid_option'],
      ['--types', { types: 'Payments' }, 'invalid_types'],
      ['--ledger', { ledger: undefined }, 'missing_setting'],
    ])('%s that is none', async (_, options, code) => {
      expect(await run([], options)).toMatchObject({
        status: 2,
        lines: [],
        said: expect.stringContaining(code),
      });
    });
  });

  it('prints no control characters from a ledger, or from a service that is not Tidings', async () => {
    const FOREIGN = 'a\u009b2J\u202eb\u2066c\u001b[31m';
    const named = `${COLUMNS.replace('amount', FOREIGN)}\r\n`;
    const answers = async () =>
      Response.json({
        merchantId: 'demo',
        request: `GET /v1/windows${FOREIGN}\nresult    equal`,
        asOf: FROM,
      });
    for (const { said, status } of [
      await run(named),
      await run([], { from: FOREIGN }),
      await run([], { types: FOREIGN }),
      await run([], { ledger: `/nowhere/${FOREIGN}` }),
      await run([], { env: { TIDINGS_API: FOREIGN } }),
      await run([], { fetch: answers, env: { TIDINGS_SECRET: '' } }),
    ]) {
      expect(status).toBe(2);
      expect(said).toBe(printableLines(said));
      expect(said).not.toMatch(/^result/m);
    }
  });

  describe('shows', () => {
    it('one of a thing as one', async () => {
      const rows = await list(2, 10_000);
      await close(60);
      const { lines } = await run(rows.slice(1), { from: FROM, json: false });
      expect(lines).toContain('ledger    1 row in that time');
      expect(lines).toContain('result    1 difference');
    });

    it('a table by class, and the first of each', async () => {
      const rows = await list(90, 10_000);
      await close(60);
      const ledger = rows.slice(30).map((row, index) => (index === 1 ? { ...row, amount: 7 } : row));
      const { status, lines } = await run(ledger, { from: FROM, json: false });
      expect(status).toBe(1);
      expect(lines).toContain('result    31 differences');
      expect(lines).toContain('only_here           30   listed by Tidings, and not in the ledger');
      expect(lines).toContain('amount               1   in both, with another amount');
      expect(lines).toContain('only_here   … and 10 more; --json writes all of them');
      expect(lines).toContain(
        'amount      pay_31   Tidings v1 SUCCEEDED 31 CNY · ledger v1 SUCCEEDED 7 CNY   (window 2026-11-20T08:05:00.000Z, line 3)',
      );
      expect(lines.some((text) => text.includes('every answer verified'))).toBe(true);
      const unverified = await run(rows, { json: false, env: { TIDINGS_SECRET: '' } });
      expect(unverified.lines.some((text) => text.includes('not verified: set TIDINGS_SECRET'))).toBe(true);
    });

    it('a bar where somebody watches, and takes it away at the end', async () => {
      const rows = await list(90, 10_000);
      await close(60);
      const { said } = await run(rows.slice(1), { from: FROM, isTTY: true });
      const drawn = said.split('\r\u001b[K');
      expect(drawn).toContain(`reading        ${'█'.repeat(30)} 100 %`);
      expect(drawn).toContain(`comparing      ${'░'.repeat(30)} 0 %`);
      expect(drawn.at(-1)).toBe('');
    });

    it('plain lines where nobody does', async () => {
      const rows = await list(90, 10_000);
      await close(60);
      const { said } = await run(rows.slice(1), { from: FROM });
      expect(said.split('\n')).toEqual([
        'reading 100 %',
        'asking 0 %',
        'asking 100 %',
        'reading again 100 %',
        'comparing 0 %',
        'comparing 100 %',
        '',
      ]);
    });
  });
});
