import { beforeEach, describe, expect, it } from 'vitest';
import { verified } from '../../support/verified.ts';
import { START_MS } from '../../support/world.ts';
import { FIRST, MINUTE, useWindows } from './windows-world.ts';

describe('asking for windows', () => {
  const setup = useWindows();
  const { ask, passMinutes, fill } = setup;

  describe('refuses', () => {
    beforeEach(async () => {
      await fill(2);
    });

    it.each([
      ['no from', '', 'missing_field', '/query/from'],
      ['no date', '?from=yesterday', 'invalid_date', '/query/from'],
      ['a date without a time', '?from=2026-11-20', 'invalid_date', '/query/from'],
      [
        'a range that is reversed',
        '?from=2026-11-20T08:05:00Z&to=2026-11-20T08:00:00Z',
        'invalid_range',
        '/query/to',
      ],
      [
        'a range of nothing',
        '?from=2026-11-20T08:00:00Z&to=2026-11-20T08:00:00Z',
        'invalid_range',
        '/query/to',
      ],
      ['a from within a window', '?from=2026-11-20T08:01:00Z', 'unaligned_time', '/query/from'],
      [
        'a to within a window',
        '?from=2026-11-20T08:00:00Z&to=2026-11-20T08:04:59.999Z',
        'unaligned_time',
        '/query/to',
      ],
      ['what is older than the retention', '?from=2026-08-22T08:00:00Z', 'beyond_retention', '/query/from'],
      [
        'an unknown resolution',
        '?from=2026-11-20T08:00:00Z&resolution=week',
        'invalid_value',
        '/query/resolution',
      ],
      [
        'a parameter of another request',
        '?from=2026-11-20T08:00:00Z&types=a.*',
        'unknown_parameter',
        '/query/types',
      ],
      ['windows of more than a day', '?from=2026-11-19T08:05:00Z', 'range_too_long', '/query/to'],
      [
        'hours of more than a week',
        '?from=2026-11-13T08:05:00Z&resolution=hour',
        'range_too_long',
        '/query/to',
      ],
      [
        'days of more than a month',
        '?from=2026-10-20T08:05:00Z&resolution=day',
        'range_too_long',
        '/query/to',
      ],
    ])('%s', async (_title, query, code, pointer) => {
      const answer = await ask(`/v1/windows${query}`);
      expect(answer.json).toMatchObject({ status: 400, code, errors: [{ pointer, code }] });
      expect(verified(answer, setup.demo.secret, setup.world.time.nowMs)).toEqual(answer.json);
    });

    it.each([
      ['an invalid time', '/v1/windows/today', 'invalid_date', '/path/start'],
      ['a time within a window', '/v1/windows/2026-11-20T08:00:01Z', 'unaligned_time', '/path/start'],
      [
        'a window beyond the retention',
        '/v1/windows/2026-08-22T08:00:00Z',
        'beyond_retention',
        '/path/start',
      ],
      ['another number of buckets', `${FIRST}?buckets=16`, 'invalid_value', '/query/buckets'],
      ['no event type', `${FIRST}?buckets=256&types=payment`, 'invalid_event_type', '/query/types'],
      ['an empty event type', `${FIRST}?types=`, 'invalid_event_type', '/query/types'],
      ['too many event types', `${FIRST}?types=${Array(17).fill('a.*')}`, 'too_long', '/query/types'],
      ['a bucket that there is not', `${FIRST}/transactions?bucket=256`, 'invalid_value', '/query/bucket'],
      ['a bucket that is no number', `${FIRST}/transactions?bucket=-1`, 'invalid_value', '/query/bucket'],
      ['a page that is too large', `${FIRST}/transactions?limit=501`, 'invalid_value', '/query/limit'],
      ['an invalid cursor', `${FIRST}/transactions?cursor=AAAA`, 'invalid_cursor', '/query/cursor'],
    ])('%s', async (_title, path, code, pointer) => {
      const answer = await ask(path);
      expect(answer.json).toMatchObject({ status: 400, code, errors: [{ pointer, code }] });
      expect(verified(answer, setup.demo.secret, setup.world.time.nowMs)).toEqual(answer.json);
    });

    it('what is older than the retention, and says where that begins', async () => {
      const oldest = '2026-08-22T09:00:00.000Z';
      setup.world.time.nowMs = START_MS + 60 * MINUTE;
      for (const path of ['/v1/windows?from=2026-08-22T08:00:00Z', '/v1/windows/2026-08-22T08:00:00Z']) {
        expect((await ask(path)).json).toMatchObject({ code: 'beyond_retention', oldest });
      }
    });

    it('a cursor of another window or of another merchant', async () => {
      const { nextCursor } = (await ask(`${FIRST}/transactions?limit=1`)).json;
      expect((await ask(`${FIRST}/transactions?cursor=${nextCursor}`)).status).toBe(200);
      const elsewhere = await ask(`/v1/windows/2026-11-20T08:05:00Z/transactions?cursor=${nextCursor}`);
      expect(elsewhere.json.code).toBe('invalid_cursor');
      const other = await setup.world.merchant('other');
      const others = await setup.world.call(other.receiver, `GET ${FIRST}/transactions?cursor=${nextCursor}`);
      expect(others.json.code).toBe('invalid_cursor');
      const damaged = `${nextCursor.slice(0, 8)}${nextCursor[8] === 'A' ? 'B' : 'A'}${nextCursor.slice(9)}`;
      expect((await ask(`${FIRST}/transactions?cursor=${damaged}`)).json.code).toBe('invalid_cursor');
    });
  });

  it('reveals nothing to another merchant', async () => {
    await fill(2);
    const other = await setup.world.merchant('other');
    const askOther = (path: string) => setup.world.call(other.receiver, `GET ${path}`);
    await setup.world.closeWindows();
    passMinutes(10);
    await setup.world.closeWindows();
    expect((await askOther('/v1/windows?from=2026-11-20T08:00:00Z')).json.items).toEqual([]);
    expect((await askOther(`${FIRST}?buckets=256`)).json).toMatchObject({ groups: [], buckets: [] });
    expect((await askOther(`${FIRST}/transactions`)).json.items).toEqual([]);
  });

  it('answers nothing while the clock cannot be trusted', async () => {
    await fill(2);
    setup.world.ports.clockTrust.assertTrusted = () => {
      throw Object.assign(new Error('skewed'), { code: 'clock_skew' });
    };
    for (const path of ['/v1/windows?from=2026-11-20T08:00:00Z', FIRST, `${FIRST}/transactions`]) {
      expect((await ask(path)).status).toBeGreaterThanOrEqual(500);
    }
  });
});
