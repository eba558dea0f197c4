import { isoTime } from '../../../core/time.ts';

/** Times in forms. Browsers send a field of the type `datetime-local` without an offset; the console's times are UTC. */

const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?$/;

/** Milliseconds since 1970 of a field, with or without `Z`. Undefined if it is no time. */
export function instantOfField(value: string | undefined): number | undefined {
  const given = value?.replace(/Z$/, '') ?? '';
  const ms = LOCAL.test(given) ? Date.parse(`${given}Z`) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** The ISO time of a field. Undefined if it is no time. */
export function timeOfField(value: string | undefined): string | undefined {
  const ms = instantOfField(value);
  return ms === undefined ? undefined : isoTime(ms);
}

/** The value of a field for a time, to the minute. */
export const fieldOfInstant = (iso: string) => iso.slice(0, 'YYYY-MM-DDTHH:MM'.length);
