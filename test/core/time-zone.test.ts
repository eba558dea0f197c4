import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoTime } from '../../lib/core/time.ts';
import { dateAfter, dateAt, dateSchema, startOfDate, timeZoneSchema } from '../../lib/core/time-zone.ts';

const HOUR_MS = 3_600_000;
const ZONES = [
  'UTC',
  'Asia/Shanghai',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Australia/Eucla',
  'Australia/Lord_Howe',
  'America/New_York',
  'America/St_Johns',
  'America/Santiago',
  'Europe/Berlin',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Pacific/Kiritimati',
  'Pacific/Niue',
];

describe('a day of a time zone', () => {
  it.each([
    ['2026-11-20', 'UTC', '2026-11-20T00:00:00.000Z', 24],
    ['2026-11-20', 'Asia/Shanghai', '2026-11-19T16:00:00.000Z', 24],
    ['2026-11-20', 'Asia/Kathmandu', '2026-11-19T18:15:00.000Z', 24],
    ['2026-11-20', 'Asia/Kolkata', '2026-11-19T18:30:00.000Z', 24],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z', 23],
    ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z', 25],
    ['2026-10-04', 'Australia/Lord_Howe', '2026-10-03T13:30:00.000Z', 23.5],
    // The clocks go from midnight to one o'clock: the day has no midnight.
    ['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00.000Z', 23],
    // Samoa left this day out when it moved across the date line.
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z', 0],
  ])('%s in %s begins at %s and has %d hours', (date, timeZone, start, hours) => {
    expect(isoTime(startOfDate(date, timeZone))).toBe(start);
    expect(startOfDate(dateAfter(date), timeZone) - startOfDate(date, timeZone)).toBe(hours * HOUR_MS);
  });

  it('holds exactly the instants that have its date there', () => {
    const instant = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) });
    fc.assert(
      fc.property(instant, fc.constantFrom(...ZONES), (ms, timeZone) => {
        const date = dateAt(ms, timeZone);
        const start = startOfDate(date, timeZone);
        const end = startOfDate(dateAfter(date), timeZone);
        expect(start <= ms && ms < end).toBe(true);
        expect(dateAt(start, timeZone)).toBe(date);
        expect(dateAt(start - 1, timeZone) < date).toBe(true);
      }),
    );
  });

  it.each(['2026-02-28', '2028-02-28', '2026-12-31'])(
    '%s is followed by the next of the calendar',
    (date) => {
      expect(dateAfter(date)).toBe(isoTime(Date.parse(`${date}T12:00:00Z`) + 24 * HOUR_MS).slice(0, 10));
    },
  );

  it('is named by a day of the calendar, and by nothing else', () => {
    const isDate = (text: string) => dateSchema().safeParse(text).success;
    expect(['2026-11-20', '2028-02-29', '1970-01-02', '9999-12-29'].filter((text) => !isDate(text))).toEqual(
      [],
    );
    const wrong = ['2026-02-29', '2026-11-31', '2026-11', '20261120', '2026-11-20T00:00:00Z', '0001-01-01'];
    expect([...wrong, '9999-12-31', ''].filter(isDate)).toEqual([]);
  });
});

describe('a time zone', () => {
  it('is one that the IANA database names', () => {
    expect(ZONES.filter((name) => !timeZoneSchema().safeParse(name).success)).toEqual([]);
  });

  it.each(['', '+08:00', 'Mars/Phobos', 'Asia/Shanghai ', 'Asia/../etc', 'x'.repeat(65), 8])(
    'is not %j',
    (name) => {
      expect(timeZoneSchema().safeParse(name).error?.issues[0]?.message).toBe('unknown_time_zone');
    },
  );
});
