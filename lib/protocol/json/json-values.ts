export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a parsed value is an object, not null and not a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Escapes one token of a JSON pointer (RFC 6901). */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Parses an HTTP body to an object; undefined if it is not UTF-8, not JSON or not an object. */
export function jsonObjectOf(body: Uint8Array): JsonObject | undefined {
  const json = jsonOf(body);
  return isObject(json) ? json : undefined;
}

/** Parses an HTTP body to a value; undefined if it is not UTF-8 or not JSON. */
export function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

/** Parses a text to a value; undefined if it is not JSON. */
export function jsonTextOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
