import { describe, expect, it } from 'vitest';
import { outcomeSchema, type TerminalOutcome } from '../../../../lib/core/model.ts';
import { fetchOf } from '../../../support/kit.ts';
import { payment, START_MS } from '../../../support/world.ts';
import { FROM, MINUTE, useLedgerCommand } from './ledger-command.ts';

describe('reconciling a ledger', () => {
  const setup = useLedgerCommand();
  const { asked, list, close, run, found } = setup;

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
    const own = fetchOf(setup.world);
    const refusing: typeof own = async (url, init) => {
      if (init.method !== 'POST') return own(url, init);
      const problem = { merchantId: 'demo', request: 'POST /v1/reconciliations', asOf: FROM };
      return Response.json({ ...problem, code: 'window_too_large' }, { status: 409 });
    };
    const ledger = rows
      .filter((_, index) => index !== 17)
      .map((row, index) => (index === 99 ? { ...row, status: 'CLOSED' as const, amount: 5 } : row));
    const { status, lines } = await run(ledger, { from: FROM, fetch: refusing, connection: { secret: '' } });
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

  it('finds what is missing of a day that is split over two answers', async () => {
    const DAY = 24 * 60 * MINUTE;
    // One answer goes over 31 days: that of a ledger which begins at 08:00 ends at 08:00.
    const rows = await list(2, 31 * DAY + 4 * 60 * MINUTE);
    const morning = new Date(START_MS + 31 * DAY - 5 * 60 * MINUTE).toISOString();
    const lost = outcomeSchema().parse({
      ...payment({}),
      merchantId: 'demo',
      transactionId: 'pay_lost',
      version: 1,
      recordedAt: morning,
      listedAt: morning,
    });
    await setup.world.ports.outcomes.putIfAbsent(lost, 0);
    await close(33 * 24 * 60);
    const { status, lines } = await run(rows);
    expect([status, found(lines)]).toMatchObject([
      1,
      [{ class: 'only_here', transactionId: 'pay_lost', window: morning }],
    ]);
    expect((await run([...rows, lost as TerminalOutcome])).status).toBe(0);
  });
});
