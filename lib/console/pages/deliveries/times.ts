import { isoTime, MINUTE_MS, msOf } from '../../../core/time.ts';

/** Times in the fields of forms and in the query: UTC, with or without their `Z`. */

const WITHOUT_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/;

/** The ISO time of a field; undefined if it is none. @example timeOf('2026-11-29T08:00') // '2026-11-29T08:00:00.000Z' */
export function timeOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(WITHOUT_ZONE.test(text) ? `${text}Z` : text);
  return Number.isNaN(ms) || !/^\d{4}-/.test(text) ? undefined : isoTime(ms);
}

/** A time as a field of the type `datetime-local` shows it: down to the minute. */
export const fieldTime = (iso: string | undefined) => iso?.slice(0, 16);

/** The start of the next minute, so that a field of whole minutes leaves nothing out. */
export const minuteAfter = (iso: string) => isoTime(Math.floor(msOf(iso) / MINUTE_MS + 1) * MINUTE_MS);
