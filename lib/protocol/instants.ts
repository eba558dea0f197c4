/** Times as text: the written format, and the accepted formats. */

/** Formats milliseconds since 1970 as `2026-11-20T08:00:00.000Z`. The fixed width makes text order equal time order. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

const CLOCK_TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d';
const OFFSET = '(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';
const DAY = '(\\d{4}-\\d\\d-\\d\\d)';

/** RFC 3339 with seconds and an offset. */
const STATED_TIME = new RegExp(`^${DAY}T${CLOCK_TIME}:[0-5]\\d(?:\\.\\d+)?${OFFSET}$`);
/** Later years have more digits and would not sort as text. */
const END_OF_TIME_MS = Date.UTC(10_000, 0);

/** Whether a value is a valid time of an outcome: RFC 3339 with an offset, on an existing day, from 1970 on. */
export function isOutcomeTime(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const [, day] = STATED_TIME.exec(value) ?? [];
  if (day === undefined || !isDay(day)) return false;
  const ms = Date.parse(value);
  return ms >= 0 && ms < END_OF_TIME_MS;
}

/**
 * A date, which means its start in UTC, or a time with an offset. Without an offset, the time would depend on the machine.
 * Days end at 23:59:59, because systems disagree about 24:00 and about leap seconds.
 */
const INSTANT = new RegExp(`^${DAY}(T${CLOCK_TIME}(?::[0-5]\\d(?:\\.\\d{1,9})?)?${OFFSET})?$`);

/** Parses an ISO 8601 instant on an existing day to milliseconds since 1970; NaN if the text is invalid. */
export function instantOf(text: string): number {
  const [, day] = INSTANT.exec(text) ?? [];
  return day !== undefined && isDay(day) ? Date.parse(text) : Number.NaN;
}

/** Whether the day exists. The platform would read the 31st of November as the 1st of December. */
function isDay(day: string): boolean {
  const ms = Date.parse(day);
  return !Number.isNaN(ms) && isoTime(ms).startsWith(day);
}
