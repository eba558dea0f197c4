import {
  escapePointer,
  JsonRefusal,
  type JsonRefusalCode,
  type ReadLimits,
  readJson,
} from './json-reading.ts';

export { escapePointer };

/** JSON as it comes from strangers: parsed with bounds, compared without regard to the order of keys. */

/** How deep a request body may nest. Deeper input is a mistake or an attack on recursive readers. */
export const MAX_JSON_DEPTH = 32;
/** Bytes of a request's body unless its operation says otherwise, and of each item that stands or fails alone. */
export const MAX_JSON_BYTES = 64 * 1024;
/** Containers that may stand around an item: a batch and its list. An item may nest as deep there as alone. */
const MAX_ENVELOPE_DEPTH = 2;

/** Why a part is refused, and where: `pointer` (RFC 6901) leads from the value that was asked about. */
export interface RefusedPart {
  readonly code: JsonRefusalCode;
  readonly pointer: string;
}

type Refused = RefusedPart & { readonly ok: false };

export type ParsedJson = { readonly ok: true; readonly value: unknown } | Refused;

const MALFORMED: Refused = { ok: false, code: 'malformed_json', pointer: '' };

/** Parses text that must be JSON, and refuses it whole where {@link refusalIn} finds anything in it. */
export function parseJson(text: string): ParsedJson {
  const parsed = parseJsonParts(text);
  const refusal = parsed.ok ? refusalIn(parsed.value) : undefined;
  return refusal === undefined ? parsed : { ok: false, ...refusal };
}

/**
 * Parses text in which one bad part must not spoil the others. What is refused is replaced by a mark: ask
 * {@link refusalIn} of each part before it is used. A byte order mark before the text is skipped (RFC 8259 §8.1).
 */
export function parseJsonParts(text: string, limits: Omit<ReadLimits, 'maxDepth'> = {}): ParsedJson {
  const json = text.startsWith('\u{feff}') ? text.slice(1) : text;
  try {
    JSON.parse(json);
  } catch {
    return MALFORMED;
  }
  return { ok: true, value: readJson(json, { ...limits, maxDepth: MAX_JSON_DEPTH + MAX_ENVELOPE_DEPTH }) };
}

/** The first part of a parsed value that is refused, or that nests beyond {@link MAX_JSON_DEPTH}. */
export function refusalIn(value: unknown, depth = 0): RefusedPart | undefined {
  if (value instanceof JsonRefusal) return { code: value.code, pointer: value.pointer };
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= MAX_JSON_DEPTH) return { code: 'too_deep', pointer: '' };
  for (const [key, inner] of Object.entries(value)) {
    const found = refusalIn(inner, depth + 1);
    if (found !== undefined) {
      return { code: found.code, pointer: `/${escapePointer(key)}${found.pointer}` };
    }
  }
  return undefined;
}

/** Whether it holds an integer beyond 2^53, which other readers of JSON may take for its neighbour. */
export function hasUnsafeInteger(value: unknown): boolean {
  if (typeof value === 'number') return !(Number.isSafeInteger(value) || isFraction(value));
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasUnsafeInteger);
}

function isFraction(value: number): boolean {
  return Number.isFinite(value) && !Number.isInteger(value);
}

/** The same text for equal values, whatever the order of their keys. `value` must be bounded JSON. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
