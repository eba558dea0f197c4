/** Milliseconds since 1970 as `2026-11-20T08:00:00.000Z`: one width, so that text sorts as time does. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

export function msOf(iso: string): number {
  return Date.parse(iso);
}

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const DAY_SECONDS = 86_400;
