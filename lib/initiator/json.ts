import type { FieldError } from './fault.ts';

/** How deep the API lets what it is sent nest. */
const MAX_DEPTH = 32;
/** Keys that change an object's prototype when somebody later copies them carelessly. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

export type PlainJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: FieldError };

/**
 * What a value is after its way through JSON. A number that would arrive as another one is NaN in it, which no
 * check lets through: JSON has neither NaN nor Infinity, and readers keep no integers beyond 2^53.
 */
export function plainJson(value: unknown): PlainJson {
  let text: string | undefined;
  try {
    text = JSON.stringify(value, (_key, inner: unknown) => (isLost(inner) ? Number.MAX_VALUE : inner));
  } catch {
    // A circle, or a toJSON that throws.
    return refused('', 'invalid_value');
  }
  if (text === undefined) return refused('', 'invalid_type');
  return inspect(
    JSON.parse(text, (_key, inner: unknown) =>
      Number.isInteger(inner) && !Number.isSafeInteger(inner) ? Number.NaN : inner,
    ),
  );
}

/** What JSON would turn into `null`, or refuse. */
function isLost(value: unknown): boolean {
  return typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value));
}

/** Walks with its own stack: input nested ten thousand deep must not end in a stack overflow. */
function inspect(root: unknown): PlainJson {
  const pending: { value: unknown; pointer: string; depth: number }[] = [
    { value: root, pointer: '', depth: 0 },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, pointer, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= MAX_DEPTH) return refused(pointer, 'too_deep');
    for (const [key, inner] of Object.entries(value)) {
      const child = `${pointer}/${escapePointer(key)}`;
      if (FORBIDDEN_KEYS.has(key)) return refused(child, 'forbidden_key');
      pending.push({ value: inner, pointer: child, depth: depth + 1 });
    }
  }
  return { ok: true, value: root };
}

/** Whether some number in it could not be kept; see {@link plainJson}. */
export function hasInexactNumber(value: unknown): boolean {
  if (typeof value === 'number') return Number.isNaN(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasInexactNumber);
}

/** One token of an RFC 6901 JSON pointer. */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The same text for equal values, whatever the order of their keys. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function refused(pointer: string, code: string): PlainJson {
  return { ok: false, error: { pointer, code } };
}
