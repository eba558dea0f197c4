import { describe, expect, it } from 'vitest';
import { fallBehind } from '../../../lib/core/bookkeeping/merchant-mark.ts';
import { forEachPartition } from '../../../lib/core/partitions.ts';
import { verified } from '../../support/verified.ts';
import { DEMO, NEXT_DAY, useStatements } from './statement-world.ts';

describe('the statement of a day', () => {
  const setup = useStatements();
  const { ask, put, closeUntil, stateUntil, statementOf } = setup;

  describe('is not there', () => {
    it('while the day goes on, and says when to ask again', async () => {
      await closeUntil('2026-11-20T12:00:00Z');
      const answer = await ask('2026-11-20');
      expect(answer.json).toMatchObject({
        status: 409,
        code: 'statement_not_ready',
        timeZone: 'UTC',
        readyAfter: '2026-11-21T00:00:30.000Z',
        closedThrough: '2026-11-20T11:55:00.000Z',
      });
      expect(verified(answer, setup.demo.secret, setup.world.time.nowMs)).toEqual(answer.json);
      expect((await ask('2026-12-24')).json).toMatchObject({
        code: 'statement_not_ready',
        readyAfter: '2026-12-25T00:00:30.000Z',
      });
    });

    it('before its last window is closed, of this merchant too', async () => {
      setup.world.time.nowMs = Date.parse('2026-11-21T00:00:10Z');
      await closeUntil('2026-11-21T00:00:10Z');
      await setup.world.stateDays();
      expect((await ask('2026-11-20')).json.code).toBe('statement_not_ready');
      await fallBehind(setup.world.ports.directory, {
        merchantId: DEMO,
        mark: 'closed',
        through: '2026-11-20T23:55:00.000Z',
        until: '2026-11-21T00:00:00.000Z',
      });
      const other = await setup.world.merchant('other');
      await forEachPartition((partition) =>
        setup.world.ports.directory.saveMark(partition, 'closed', {
          through: '2026-11-21T00:15:00.000Z',
          windowSeconds: 300,
          // The walk that left the merchant behind says so.
          reached: '2026-11-20T23:55:00.000Z',
        }),
      );
      setup.world.time.nowMs = Date.parse(NEXT_DAY);
      await setup.world.stateDays();
      expect((await ask('2026-11-20')).json.code).toBe('statement_not_ready');
      expect((await ask('2026-11-20', other.receiver)).json.code).toBe('unknown_statement');
      await stateUntil(NEXT_DAY);
      await stateUntil(NEXT_DAY);
      expect((await ask('2026-11-20')).status).toBe(200);
    });

    it('for a day before the merchant was', async () => {
      await stateUntil(NEXT_DAY);
      expect((await ask('2026-11-19')).json).toMatchObject({ status: 404, code: 'unknown_statement' });
    });

    it('for a day beyond the retention, made or not', async () => {
      await stateUntil('2026-11-22T00:20:00Z');
      setup.world.time.nowMs = Date.parse('2027-02-18T23:00:00Z');
      expect((await ask('2026-11-20')).status).toBe(200);
      setup.world.time.nowMs = Date.parse('2027-02-19T01:00:00Z');
      expect((await ask('2026-11-20')).json).toMatchObject({
        status: 400,
        code: 'beyond_retention',
        oldest: '2026-11-21T01:00:00.000Z',
      });
      expect((await ask('2026-11-21')).status).toBe(200);
    });

    it.each(['2026-02-30', '20261120', 'today', '2026-11-20T00:00:00Z'])(
      'for %s, which is no day',
      async (date) => {
        expect((await ask(date)).json).toMatchObject({
          status: 400,
          code: 'invalid_date',
          errors: [{ pointer: '/path/date', code: 'invalid_date' }],
        });
      },
    );

    it('for keys that are not of a merchant', async () => {
      for (const key of [setup.world.admin, setup.demo.initiator]) {
        expect((await ask('2026-11-20', key)).json.code).toBe('insufficient_scope');
      }
      expect((await ask('2026-11-20', setup.demo.manager)).json.code).toBe('statement_not_ready');
    });
  });

  it('is of its own merchant only', async () => {
    const other = await setup.world.merchant('other');
    await put('pay_1');
    await stateUntil(NEXT_DAY);
    const { json } = await ask('2026-11-20', other.receiver);
    expect(json).toMatchObject({ merchantId: 'other', rows: 0 });
    expect(json.url).not.toContain('demo');
    expect((await statementOf('2026-11-20')).rows).toHaveLength(1);
  });
});
