/** Times as text: how they are written, and which texts are read as one. */

/** Milliseconds since 1970 as `2026-11-20T08:00:00.000Z`: one width, so that text sorts as time does. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

const CLOCK_TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d';
const OFFSET = '(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';
const DAY = '(\\d{4}-\\d\\d-\\d\\d)';

/** RFC 3339 with seconds and an offset. */
const STATED_TIME = new RegExp(`^${DAY}T${CLOCK_TIME}:[0-5]\\d(?:\\.\\d+)?${OFFSET}$`);
/** Times of other years have more digits, and would not sort as text. */
const END_OF_TIME_MS = Date.UTC(10_000, 0);

/** Whether a value is an instant as an outcome states it: RFC 3339 with its offset, on a day that exists, from 1970 on. */
export function isStatedTime(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const [, day] = STATED_TIME.exec(value) ?? [];
  if (day === undefined || !isDay(day)) return false;
  const ms = Date.parse(value);
  return ms >= 0 && ms < END_OF_TIME_MS;
}

/**
 * A date, which begins in UTC, or a time with its offset: without an offset it would be another time on each machine. Days
 * end at 23:59:59. Systems disagree about 24:00 and about leap seconds.
 */
const INSTANT = new RegExp(`^${DAY}(T${CLOCK_TIME}(?::[0-5]\\d(?:\\.\\d{1,9})?)?${OFFSET})?$`);

/** An instant of ISO 8601, on a day that exists, in milliseconds; NaN where the text is none. */
export function instantOf(text: string): number {
  const [, day] = INSTANT.exec(text) ?? [];
  return day !== undefined && isDay(day) ? Date.parse(text) : Number.NaN;
}

/** The platform takes the 31st of November for the 1st of December. */
function isDay(day: string): boolean {
  const ms = Date.parse(day);
  return !Number.isNaN(ms) && isoTime(ms).startsWith(day);
}
