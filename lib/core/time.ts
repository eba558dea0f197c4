import { isoTime } from '../protocol/instants.ts';

export { isoTime };

export function msOf(iso: string): number {
  return Date.parse(iso);
}

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const DAY_SECONDS = 86_400;

/** The start of the UTC hour: `2026-11-20T08:00:00.000Z`. */
export function hourOf(ms: number): string {
  return isoTime(Math.floor(ms / HOUR_MS) * HOUR_MS);
}

/** The UTC day of a time as {@link isoTime} writes it: `2026-11-20`. */
export function dayOf(iso: string): string {
  return iso.slice(0, '2026-11-20'.length);
}
