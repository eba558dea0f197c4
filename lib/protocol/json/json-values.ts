export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a parsed value is an object, and neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One token of a JSON pointer (RFC 6901). */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** An object out of the bytes of an HTTP body; undefined where they are no UTF-8, no JSON, or another value. */
export function jsonObjectOf(body: Uint8Array): JsonObject | undefined {
  const json = jsonOf(body);
  return isObject(json) ? json : undefined;
}

/** A value out of the bytes of an HTTP body; undefined where they are no UTF-8 or no JSON. */
export function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
