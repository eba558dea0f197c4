import { ReceiverFault } from './faults.ts';

/** Times as the service writes them, and as it wants to be asked. */

const HOUR_MS = 3_600_000;

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/**
 * A full hour in milliseconds: windows begin at full hours whatever their length is.
 *
 * @throws ReceiverFault `invalid_time`
 */
export function fullHour(text: string): number {
  const ms = Date.parse(text);
  if (ms % HOUR_MS === 0) return ms;
  throw new ReceiverFault('invalid_time', `${text} is not a full hour in ISO 8601.`);
}
