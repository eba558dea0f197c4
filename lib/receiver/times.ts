import { ReceiverFault } from './faults.ts';

/** Times as the service writes them, and as it wants to be asked. */

const HOUR_MS = 3_600_000;

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/**
 * A date, which begins in UTC, or a time with its offset: without one it would be another time on each machine. Days end
 * at 23:59:59: that 24:00 is the next day, and a leap second the next minute, are things that systems disagree about.
 */
const INSTANT =
  /^(\d{4}-\d\d-\d\d)(T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))?$/;

/** An instant of ISO 8601, on a day that there is, in milliseconds; NaN where it is none. */
export function instantOf(text: string): number {
  const [, date = ''] = INSTANT.exec(text) ?? [];
  const dateMs = Date.parse(date);
  // The platform takes the 31st of November for the 1st of December.
  const isDate = !Number.isNaN(dateMs) && isoTime(dateMs).startsWith(date);
  return isDate ? Date.parse(text) : Number.NaN;
}

/**
 * A full hour in milliseconds: windows begin at full hours whatever their length is.
 *
 * @throws ReceiverFault `invalid_time`
 */
export function fullHour(text: string): number {
  const ms = instantOf(text);
  if (ms % HOUR_MS === 0) return ms;
  throw new ReceiverFault('invalid_time', `${text} is not a full hour in ISO 8601, with Z or its offset.`);
}
