import { describe, expect, it } from 'vitest';
import { readAt, readRecurrence } from '../../../lib/local/scheduler/expressions.ts';

describe('schedule expressions', () => {
  const at = (moment: string) => Date.parse(`${moment}Z`);
  it.each([
    ['rate(1 minute)', '2026-11-20T08:00:30', '2026-11-20T08:01:30'],
    ['rate(2 hours)', '2026-11-20T08:00:00', '2026-11-20T10:00:00'],
    ['cron(* * * * ? *)', '2026-11-20T08:00:30', '2026-11-20T08:01:00'],
    ['cron(0/5 * * * ? *)', '2026-11-20T08:00:00', '2026-11-20T08:05:00'],
    ['cron(15 10 ? * MON-FRI *)', '2026-11-20T11:00:00', '2026-11-23T10:15:00'],
    ['cron(30 23 1,15 * ? *)', '2026-11-15T23:30:00', '2026-12-01T23:30:00'],
    ['cron(0 0 29 FEB ? *)', '2027-06-01T00:00:00', '2028-02-29T00:00:00'],
  ])('%s after %s is %s', (expression, after, next) => {
    expect(new Date(readRecurrence(expression, 'Rule')(at(after))).toISOString()).toBe(`${next}.000Z`);
  });

  it.each(['rate(0.5 minutes)', 'rate(5)', 'cron(* * * *)', 'cron(61 * * * ? *)', 'hourly'])(
    'refuses %s',
    (expression) => {
      expect(() => readRecurrence(expression, 'Rule')).toThrow(/Rule: the local cloud cannot read/);
    },
  );

  it('reads a moment in UTC', () => {
    expect(readAt('at(2026-11-20T08:00:00)')).toBe(at('2026-11-20T08:00:00'));
    expect(readAt('at(2026-11-20)')).toBeUndefined();
    expect(readAt('at(2026-13-45T99:00:00)')).toBeUndefined();
  });
});
