import * as z from 'zod';
import { createBoundedCache } from './bounded-cache.ts';
import { DAY_SECONDS, SECOND_MS } from './time.ts';

/** Days of the calendar in a place of the world: they have 23, 24 or 25 hours, and begin when the place says. */

export const DEFAULT_TIME_ZONE = 'UTC';

/**
 * A region and a place in it. Neither an offset, which changes twice a year where a name does not, nor a short name:
 * `CST` is Chicago to the IANA database, and Shanghai or Havana to who writes it. `Etc/GMT+8` lies west of Greenwich.
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

export const timeZoneSchema = z
  .string('unknown_time_zone')
  .refine(isTimeZone, 'unknown_time_zone')
  .meta({
    description:
      'The time zone of statements: UTC, or a name of the IANA time zone database with its region. ' +
      'Short names such as CST are refused, because they mean several zones.',
    example: 'Asia/Shanghai',
  });

/** A day of the calendar, as `2026-11-20`: of years in which days can be counted on and back. */
export const dateSchema = z.iso
  .date({ error: 'invalid_date', abort: true })
  .refine((date) => date >= '1970-01-02' && date <= '9999-12-29', 'invalid_date')
  .meta({ description: 'A day of the calendar.', example: '2026-11-20' });

/** More than the database has zones. */
const MAX_FORMATS = 1_000;
const formats = createBoundedCache<string, Intl.DateTimeFormat>({ capacity: MAX_FORMATS });

/** @throws RangeError where there is no such zone */
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

/** The day that an instant belongs to. */
export function dateAt(ms: number, timeZone: string): string {
  const parts = new Map(
    formatFor(timeZone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  return [parts.get('year')?.padStart(4, '0'), parts.get('month'), parts.get('day')].join('-');
}

/** A zone's offset from UTC at an instant, such as `+08:00`; undefined of a zone that is not known here. */
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
  return new Date(utcStart(date) + DAY_SECONDS * SECOND_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** No zone is further from UTC. */
const FURTHEST_MS = 18 * 3_600 * SECOND_MS;

/**
 * When a day begins: its first second in that place, which is not everywhere midnight. In a zone that leaves a day
 * out (Samoa, on 2011-12-30) it begins where the next one does.
 */
export function startOfDate(date: string, timeZone: string): number {
  // Halved until one second is left. Invariant: `before` is on an earlier day, `startMs` is not.
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
