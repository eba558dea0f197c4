import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FROM, type Row, useLedgerCommand } from './ledger-command.ts';

describe('reconciling a ledger', () => {
  const { asked, list, close, run, events, found } = useLedgerCommand();

  it('finds both equal with three questions, and names the range', async () => {
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
});
