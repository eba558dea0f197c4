/** JSON as it comes from strangers: parsed with bounds, compared without regard to the order of keys. */

/** How deep a request body may nest. Deeper input is a mistake or an attack on recursive readers. */
export const MAX_JSON_DEPTH = 32;

export type ParsedJson =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly code: 'malformed_json' | 'forbidden_key' | 'too_deep';
      readonly pointer: string;
    };

/** Keys that change an object's prototype when somebody later copies them carelessly. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses text that must be JSON; refuses prototype keys and nesting beyond {@link MAX_JSON_DEPTH}. A number that
 * JavaScript cannot keep as it was written becomes NaN, which no schema lets through.
 */
export function parseJson(text: string): ParsedJson {
  let value: unknown;
  try {
    value = JSON.parse(text, (_key, inner: unknown, context?: { readonly source?: string }) =>
      typeof inner === 'number' && !keepsItsValue(inner, context?.source ?? '') ? Number.NaN : inner,
    );
  } catch {
    return { ok: false, code: 'malformed_json', pointer: '' };
  }
  return inspect(value);
}

/**
 * Whether a number means what was written. JSON has numbers of any length, JavaScript has not: an integer beyond
 * 2^53 would be recorded as another one, and 1.99999999999999999999 as 2.
 */
function keepsItsValue(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false;
  if (!Number.isInteger(value)) return true;
  const hasFraction = /\.\d*[1-9]/.test(source) && !/[eE]/.test(source);
  return Number.isSafeInteger(value) && !hasFraction;
}

/** Whether some number in it could not be kept; see {@link parseJson}. */
export function hasInexactNumber(value: unknown): boolean {
  if (typeof value === 'number') return Number.isNaN(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasInexactNumber);
}

/** Walks with its own stack: input nested ten thousand deep must not end in a stack overflow. */
function inspect(root: unknown): ParsedJson {
  const pending: { value: unknown; pointer: string; depth: number }[] = [
    { value: root, pointer: '', depth: 0 },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, pointer, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= MAX_JSON_DEPTH) return { ok: false, code: 'too_deep', pointer };
    for (const key of Object.keys(value)) {
      const child = `${pointer}/${escapePointer(key)}`;
      if (FORBIDDEN_KEYS.has(key)) return { ok: false, code: 'forbidden_key', pointer: child };
      pending.push({ value: (value as Record<string, unknown>)[key], pointer: child, depth: depth + 1 });
    }
  }
  return { ok: true, value: root };
}

/** One token of an RFC 6901 JSON pointer. */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The same text for equal values, whatever the order of their keys. `value` must be bounded JSON. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
