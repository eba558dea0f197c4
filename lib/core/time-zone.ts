import * as z from 'zod';
import { onFirstUse } from './reading/on-first-use.ts';
import { createBoundedCache } from './runtime/bounded-cache.ts';
import { DAY_MS, SECOND_MS } from './time.ts';

/** Calendar days in a time zone. They have 23, 24 or 25 hours, and the zone defines when they begin. */

export const DEFAULT_TIME_ZONE = 'UTC';

/**
 * A zone name in the form region/place. Offsets are refused because they change twice a year in many places. Short names
 * are ambiguous: the IANA database reads `CST` as Chicago, but the writer may mean Shanghai or Havana. `Etc/` names,
 * except `Etc/UTC`, are refused because their sign is inverted: `Etc/GMT+8` lies west of Greenwich.
 */
const ZONE_NAME = /^(?!etc\/)[a-z]+(?:\/[a-z][a-z0-9_+-]*){1,2}$/i;
const MAX_NAME_LENGTH = 64;
const UTC_NAMES = new Set([DEFAULT_TIME_ZONE, 'Etc/UTC']);

function isTimeZone(name: string): boolean {
  if (UTC_NAMES.has(name)) return true;
  try {
    return name.length <= MAX_NAME_LENGTH && ZONE_NAME.test(name) && formatFor(name) !== undefined;
  } catch {
    return false;
  }
}

export const timeZoneSchema = onFirstUse(() =>
  z
    .string('unknown_time_zone')
    .refine(isTimeZone, 'unknown_time_zone')
    .meta({
      description:
        'The time zone of statements: UTC, or a name of the IANA time zone database with its region. ' +
        'Short names such as CST are refused, because they mean several zones.',
      example: 'Asia/Shanghai',
    }),
);

/** The range of dates leaves room to step to the previous and the next day. */
const FIRST_DATE = '1970-01-02';
const LAST_DATE = '9999-12-29';

/** A calendar date such as `2026-11-20`. */
export const dateSchema = onFirstUse(() =>
  z.iso
    .date({ error: 'invalid_date', abort: true })
    .refine((date) => date >= FIRST_DATE && date <= LAST_DATE, {
      error: 'invalid_date',
      params: { fits: `Use a day from ${FIRST_DATE} to ${LAST_DATE}.` },
    })
    .meta({ description: 'A day of the calendar.', example: '2026-11-20' }),
);

/** Bound on cached formats: more than the IANA database has zones. */
const MAX_FORMATS = 1_000;
const formats = createBoundedCache<string, Intl.DateTimeFormat>({ capacity: MAX_FORMATS });

/** @throws RangeError if the zone does not exist */
function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  formats.set(timeZone, format);
  return format;
}

/** The date of an instant in a zone. */
export function dateAt(ms: number, timeZone: string): string {
  const parts = new Map(
    formatFor(timeZone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  return [parts.get('year')?.padStart(4, '0'), parts.get('month'), parts.get('day')].join('-');
}

/** A zone's offset from UTC at an instant, such as `+08:00`; undefined if this runtime does not know the zone. */
export function offsetAt(ms: number, timeZone: string): string | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    const name = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value;
    return name === 'GMT' ? '+00:00' : name?.replace('GMT', '');
  } catch {
    return undefined;
  }
}

export function dateAfter(date: string): string {
  return new Date(utcStart(date) + DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** Upper bound on a zone's offset from UTC. */
const FURTHEST_MS = 18 * 3_600 * SECOND_MS;

/**
 * When a day begins: its first second in the zone, which is not always midnight. If the zone skipped the day (Samoa, on
 * 2011-12-30), it begins when the next day begins.
 */
export function startOfDate(date: string, timeZone: string): number {
  // Binary search down to one second. Invariant: `before` is on an earlier day, `startMs` is not.
  let before = utcStart(date) - FURTHEST_MS;
  let startMs = utcStart(date) + FURTHEST_MS;
  while (startMs - before > SECOND_MS) {
    const middle = before + Math.floor((startMs - before) / (2 * SECOND_MS)) * SECOND_MS;
    if (dateAt(middle, timeZone) < date) before = middle;
    else startMs = middle;
  }
  return startMs;
}

function utcStart(date: string): number {
  return Date.parse(`${date}T00:00:00.000Z`);
}
