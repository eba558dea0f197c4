import { describe, expect, it } from 'vitest';
import type { TerminalOutcome } from '../../../../lib/core/model.ts';
import { FROM, type Row, useLedgerCommand } from './ledger-command.ts';

describe('reconciling a ledger', () => {
  const setup = useLedgerCommand();
  const { list, close, run, found } = setup;

  describe('does not report rows as equal that only add up to the same', () => {
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
      const standing = await setup.world.ports.windows.read(merchantId, '2026-11-20T08:00:00.000Z');
      if (standing === undefined) throw new Error('It was not closed.');
      const { times: _, ...former } = standing;
      await setup.world.ports.windows.revise({ ...former, revision: 1 }, 0);
      expect(await kinds(rows)).toEqual([0]);
      expect(await kinds(swapped(rows, 'listedAt'))).toEqual([1, 'listedAt pay_0', 'listedAt pay_1']);
    });

    it('and accepts times that the ledger cut to whole seconds', async () => {
      const rows = await list(90, 1_234);
      await close(60);
      const cut = rows.map((row) => at(row, { listedAt: row.listedAt.replace(/\.\d+/, '') }));
      expect(await kinds(cut)).toEqual([0]);
      expect(await kinds(swapped(cut, 'listedAt'))).toEqual([1, 'listedAt pay_0', 'listedAt pay_1']);
    });
  });
});
