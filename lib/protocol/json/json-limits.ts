/** Limits for JSON that is sent to the service. */

/** Maximum nesting depth. Deeper input is a mistake or an attack on recursive readers. */
export const MAX_JSON_DEPTH = 32;
/** What {@link MAX_JSON_DEPTH} allows, for people. */
export const DEPTH_SENTENCE = `Use at most ${MAX_JSON_DEPTH} levels of objects and lists.`;
/** Maximum size in bytes of each outcome, and default limit of a request body. */
export const MAX_JSON_BYTES = 64 * 1024;
/** What a limit in bytes allows, for people. */
export const bytesSentence = (maxBytes: number) => `Use at most ${maxBytes} bytes.`;
/** Keys that change an object's prototype when a later reader copies them carelessly. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Whether JSON and its readers preserve a number exactly. Some readers round integers beyond 2^53, and JSON has neither
 * NaN nor infinities.
 */
export function isExactNumber(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

/** Whether a value contains a number that would not arrive exactly. The value's depth must be bounded. */
export function holdsInexactNumber(value: unknown): boolean {
  if (typeof value === 'number') return !isExactNumber(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsInexactNumber);
}
