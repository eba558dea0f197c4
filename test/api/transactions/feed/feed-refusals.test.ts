import { describe, expect, it } from 'vitest';
import { cursorText } from '../../../../lib/api/list-cursor.ts';
import { clockSkewFault } from '../../../../lib/core/faults.ts';
import { merchantIdSchema } from '../../../../lib/core/model.ts';
import { verified } from '../../../support/verified.ts';
import { DAY, DEMO, idsOf, LAG, useFeed } from './feed-world.ts';

describe('the feed', () => {
  const setup = useFeed();
  const { put, call, ask, pass } = setup;

  describe('refuses', () => {
    it.each([
      [
        'a range that is reversed',
        '?from=2026-11-20T08:00:00Z&to=2026-11-20T07:00:00Z',
        'invalid_range',
        'to',
      ],
      ['a from in the future', '?from=2026-11-20T08:05:01Z', 'in_future', 'from'],
      ['a to in the future', '?to=2026-11-20T08:05:01Z', 'in_future', 'to'],
      ['a from beyond the retention', '?from=2026-08-22T07:59:59Z', 'beyond_retention', 'from'],
      ['a to beyond the retention', '?to=2026-08-22T07:59:59Z', 'beyond_retention', 'to'],
      ['an invalid time', '?from=now', 'invalid_date', 'from'],
      ['PENDING, which is never listed', '?status=PENDING', 'invalid_status', 'status'],
      ['a type that there cannot be', '?type=payment.*', 'invalid_type_name', 'type'],
      ['a page that is too large', '?limit=501', 'invalid_value', 'limit'],
      ['a page of nothing', '?limit=0', 'invalid_value', 'limit'],
      ['an invalid cursor', '?cursor=%21%21', 'invalid_cursor', 'cursor'],
      ['an empty cursor', '?cursor=', 'invalid_cursor', 'cursor'],
    ])('%s', async (_title, query, code, name) => {
      const answer = await call(query);
      const pointer = `/query/${name}`;
      expect(answer.json).toMatchObject({ status: 400, code, errors: [{ pointer, code }] });
      expect(verified(answer, setup.demo.secret, setup.world.time.nowMs)).toEqual(answer.json);
    });

    it('what is no longer kept, and names the oldest time that is', async () => {
      const oldest = '2026-08-22T08:00:00.000Z';
      const [refused, taken] = [await call('?from=2026-08-22T07:59:59Z'), await call(`?from=${oldest}`)];
      expect(refused.json).toMatchObject({ code: 'beyond_retention', oldest });
      expect(taken.status).toBe(200);
      expect((await call('?from=2026-11-20T08:05:01Z')).json).not.toHaveProperty('oldest');
    });

    it('a cursor that was changed, made up, of another merchant or of another list', async () => {
      await put('pay_1');
      await put('pay_2');
      pass(LAG);
      const { nextCursor } = await ask('?limit=1');
      const text = Buffer.from(nextCursor, 'base64url').toString('utf8');
      const later = Buffer.from(text.replace('pay_1', 'pay_2')).toString('base64url');
      const damaged = nextCursor.slice(0, -4);
      const of = {
        merchantId: DEMO,
        name: 'feed',
        textOf: (text: string) => text,
        positionOf: (text: string) => text,
      };
      for (const cursor of [
        later,
        damaged,
        cursorText({ ...of, merchantId: merchantIdSchema().parse('other') }, '2026-11-20T08:00:00.000Z'),
        cursorText({ ...of, name: 'window' }, '2026-11-20T08:00:00.000Z'),
        // Even one with the right tag must name a place that a feed can have, and that can have been given.
        cursorText(of, '2026-11-20T08:00:00Z'),
        cursorText(of, '2026-11-20T08:00:00.000Z#pay_1'),
        cursorText(of, '2026-11-20T08:00:00.000Z#pay_1#1#2'),
        cursorText(of, '2027-11-20T08:00:00.000Z'),
        cursorText(of, ''),
      ]) {
        const answer = await call(`?cursor=${cursor}`);
        expect(answer.json, cursor).toMatchObject({ status: 400, code: 'invalid_cursor' });
      }
      const other = await setup.world.merchant('other');
      const others = await setup.world.call(other.receiver, `GET /v1/transactions?cursor=${nextCursor}`);
      expect(others.json.code).toBe('invalid_cursor');
      expect((await call(`?cursor=${nextCursor}`)).status).toBe(200);
    });

    it('a cursor that is older than what is kept', async () => {
      await put('pay_1');
      pass(LAG);
      const { nextCursor } = await ask();
      pass(90 * DAY - LAG);
      expect((await call(`?cursor=${nextCursor}`)).status).toBe(200);
      pass(LAG);
      expect((await call(`?cursor=${nextCursor}`)).json).toMatchObject({
        status: 400,
        code: 'cursor_expired',
        oldest: new Date(setup.world.time.nowMs - 90 * DAY).toISOString(),
      });
    });

    it('to answer while the clock cannot be trusted', async () => {
      setup.world.ports.clockTrust.assertTrusted = () => {
        throw clockSkewFault(5_000);
      };
      expect((await call()).json).toMatchObject({ status: 503, code: 'clock_skew' });
    });
  });

  it('shows only what is retained, and nothing of it to another merchant', async () => {
    await put('pay_1');
    pass(90 * DAY);
    await put('pay_2');
    pass(LAG);
    expect(idsOf(await ask())).toEqual(['pay_2']);
    const other = await setup.world.merchant('other');
    const others = await setup.world.call(other.receiver, 'GET /v1/transactions');
    expect(others.json.items).toEqual([]);
  });
});
