import { describe, expect, it } from 'vitest';
import { printableLines } from '../../../../lib/printable.ts';
import { COLUMNS, FROM, useLedgerCommand } from './ledger-command.ts';

describe('reconciling a ledger', () => {
  const { list, close, run } = useLedgerCommand();

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
      await run([], { connection: { api: FOREIGN } }),
      await run([], { fetch: answers, connection: { secret: '' } }),
    ]) {
      expect([2, 3]).toContain(status);
      expect(said).toBe(printableLines(said));
      expect(said).not.toMatch(/^result/m);
    }
  });

  describe('shows', () => {
    it('a count of one in the singular', async () => {
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
      const unverified = await run(rows, { json: false, connection: { secret: '' } });
      expect(unverified.lines.some((text) => text.includes('not verified: set TIDINGS_SECRET'))).toBe(true);
    });

    it('a progress bar on a terminal, and removes it at the end', async () => {
      const rows = await list(90, 10_000);
      await close(60);
      const { said } = await run(rows.slice(1), { from: FROM, isTTY: true });
      const drawn = said.split('\r\u001b[K');
      expect(drawn).toContain(`reading        ${'█'.repeat(30)} 100 %`);
      expect(drawn).toContain(`comparing      ${'░'.repeat(30)} 0 %`);
      expect(drawn.at(-1)).toBe('');
    });

    it('plain progress lines elsewhere', async () => {
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
