import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayAfter, firstDay, firstDaySince } from '../../../../lib/core/bookkeeping/statements/statement.ts';
import { dateAfter } from '../../../../lib/core/time-zone.ts';

const ZONES = [
  'UTC',
  'Pacific/Kiritimati',
  'Pacific/Niue',
  'Asia/Kathmandu',
  'America/Santiago',
  'Europe/Berlin',
];

describe('the days of statements', () => {
  it('begin with the whole day in which the merchant was made', () => {
    expect(firstDay(Date.parse('2026-11-20T20:00:00Z'), 'Asia/Shanghai')).toEqual({
      date: '2026-11-21',
      timeZone: 'Asia/Shanghai',
      from: '2026-11-20T16:00:00.000Z',
      to: '2026-11-21T16:00:00.000Z',
    });
  });

  it('begin with the first whole day where what came before has expired', () => {
    const since = (oldest: string) => firstDaySince(oldest, 'Asia/Shanghai').from;
    expect(since('2026-11-20T16:00:00.000Z')).toBe('2026-11-20T16:00:00.000Z');
    expect(since('2026-11-20T16:00:00.001Z')).toBe('2026-11-21T16:00:00.000Z');
  });

  it('have no gap and no overlap in any time zones', () => {
    const start = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2030, 0) });
    fc.assert(
      fc.property(start, fc.array(fc.constantFrom(...ZONES), { minLength: 1 }), (beganMs, zones) => {
        let last = firstDay(beganMs, zones[0] ?? 'UTC');
        for (const zone of zones) {
          const day = dayAfter(last, zone);
          expect(day.date).toBe(dateAfter(last.date));
          expect(day.from).toBe(last.to);
          expect(day.to >= day.from).toBe(true);
          last = day;
        }
      }),
    );
  });

  it('are empty where a merchant moves so far that the next day is over already', () => {
    const last = firstDay(Date.parse('2026-11-20T12:00:00Z'), 'Pacific/Niue');
    const day = dayAfter(last, 'Pacific/Kiritimati');
    expect(day).toEqual({ ...last, timeZone: 'Pacific/Kiritimati', date: '2026-11-21', from: last.to });
    expect(dayAfter(day, 'Pacific/Kiritimati')).toMatchObject({
      from: '2026-11-21T11:00:00.000Z',
      to: '2026-11-22T10:00:00.000Z',
    });
  });
});
