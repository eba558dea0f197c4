import { describe, expect, it } from 'vitest';
import { FROM, type Row, useLedgerCommand } from './ledger-command.ts';

describe('reconciling a ledger', () => {
  const { list, close, run } = useLedgerCommand();

  describe('names the compared range', () => {
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

    it('and finds what is missing before the ledger’s first row with --from', async () => {
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
        status: 3,
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
      expect([refused.status, refused.lines]).toEqual([4, []]);
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
});
