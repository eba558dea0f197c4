/** What JSON may hold that is sent to the service. */

/** How deep it may nest. Deeper input is a mistake or an attack on recursive readers. */
export const MAX_JSON_DEPTH = 32;
/** Bytes of a request's body unless its operation says otherwise, and of each outcome that stands or fails alone. */
export const MAX_JSON_BYTES = 64 * 1024;
/** Keys that change an object's prototype when a later reader copies them carelessly. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Whether JSON and its readers keep a number as it is. They do not keep an integer beyond 2^53, which some readers take
 * for its neighbour; and JSON has neither NaN nor infinities.
 */
export function isExactNumber(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

/** Whether some number in a value would arrive as another one. The value's depth must be bounded. */
export function holdsInexactNumber(value: unknown): boolean {
  if (typeof value === 'number') return !isExactNumber(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsInexactNumber);
}
