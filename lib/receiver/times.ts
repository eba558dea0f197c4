import { instantOf } from '../protocol/instants.ts';
import { ReceiverFault } from './receiver-fault.ts';

const HOUR_MS = 3_600_000;

/**
 * Parses a full hour to milliseconds since 1970. A window of any length begins at every full hour.
 *
 * @param name the option, for the message
 * @throws ReceiverFault `invalid_time`
 */
export function fullHour(text: string, name: string): number {
  const ms = instantOf(text);
  if (ms % HOUR_MS === 0) return ms;
  throw new ReceiverFault(
    'invalid_time',
    `${name} is not a full hour in ISO 8601 with Z or an offset: ${text}.`,
  );
}
