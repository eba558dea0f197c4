import { ReceiverFault } from './faults.ts';

/** Times as the service writes them, and as it wants to be asked. */

const HOUR_MS = 3_600_000;

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** A date, which begins in UTC, or a time with its offset: without one it would be another time on each machine. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** An instant of ISO 8601 in milliseconds; NaN where it is none. */
export function instantOf(text: string): number {
  const [, date = ''] = INSTANT.exec(text) ?? [];
  const dateMs = Date.parse(date);
  // The platform takes the 30th of February for the 2nd of March.
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
