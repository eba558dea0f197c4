import { describe, expect, it } from 'vitest';
import { NEXT_DAY, useStatements } from './statement-world.ts';

describe('the statement of a day', () => {
  const setup = useStatements();
  const { ask, setZone, list, closeUntil, stateUntil, audit, told, fileOf, statementOf } = setup;

  describe('where a closed window has other rows than it had', () => {
    const late = '2026-11-20T08:02:00.000Z';

    it('is not made until the audit has corrected the window', async () => {
      await list(['2026-11-20T08:01:00Z', '2026-11-20T09:01:00Z']);
      const other = await setup.world.merchant('other');
      await closeUntil(NEXT_DAY);
      await list([late], 1, { amount: 77 });
      await setup.world.stateDays();
      expect(told('statement_failed')).toEqual([
        { event: 'statement_failed', merchantId: 'demo', reason: 'statement_differs' },
      ]);
      expect((await ask('2026-11-20')).json.code).toBe('statement_not_ready');
      expect((await ask('2026-11-20', other.receiver)).status).toBe(200);
      await audit();
      await setup.world.stateDays();
      expect(await statementOf('2026-11-20')).toMatchObject({ rows: { length: 3 }, revision: 1 });
    });

    it('is not made of a window across its end either', async () => {
      await setZone('Asia/Kolkata');
      const [edge, insideLater] = ['2026-11-20T18:20:00Z', '2026-11-20T18:40:00Z'];
      await list([edge]);
      await closeUntil('2026-11-20T22:00:00Z', 3_600);
      await list([insideLater]);
      await setup.world.stateDays();
      expect(told('statement_failed')).toMatchObject([{ reason: 'statement_differs' }]);
    });

    it('is made again, as another file with a higher revision, and the old file stays what it was', async () => {
      await list(['2026-11-20T08:01:00Z', '2026-11-20T09:01:00Z']);
      await stateUntil(NEXT_DAY);
      const before = await statementOf('2026-11-20');
      await list([late], 1, { amount: 77 });
      await audit();
      expect(told('window_revised')).toHaveLength(1);
      await stateUntil('2026-11-21T03:00:00Z');
      const after = await statementOf('2026-11-20');
      expect(after).toMatchObject({ rows: { length: 3 }, revision: 1, from: before.from, to: before.to });
      expect(after.url).not.toBe(before.url);
      expect(fileOf(before.url).text).toBe(before.text);
      await audit();
      await stateUntil('2026-11-21T04:00:00Z');
      expect(told('statement_made')).toHaveLength(2);
      expect((await ask('2026-11-20')).json.sha256).toBe(after.sha256);
    });

    it('is made again though the audit died when it had revised the window', async () => {
      await list(['2026-11-20T08:01:00Z']);
      await stateUntil(NEXT_DAY);
      await list([late]);
      const { directory } = setup.world.ports;
      const { changeOwnMark } = directory;
      directory.changeOwnMark = async (entry, mark, open) => {
        if (mark === 'stated') throw new Error('the process died');
        return changeOwnMark(entry, mark, open);
      };
      await audit();
      directory.changeOwnMark = changeOwnMark;
      await audit();
      await stateUntil('2026-11-21T03:00:00Z');
      expect(await statementOf('2026-11-20')).toMatchObject({ rows: { length: 2 }, revision: 1 });
    });
  });
});
