import { DEPTH_SENTENCE, MAX_JSON_DEPTH } from '../../protocol/json/json-limits.ts';
import { escapePointer } from '../../protocol/json/json-values.ts';
import { JsonRefusal, type ReadLimits, type RefusedPart, readJson } from './json-reading.ts';

/** Parses untrusted JSON with bounds. */

/** Maximum number of containers around an item: the batch and its list. An item in a batch may nest as deep as a single one. */
const MAX_ENVELOPE_DEPTH = 2;
/** One level more than an item may have: the keys of the first container that is too deep are reported before its depth. */
const MAX_READ_DEPTH = MAX_ENVELOPE_DEPTH + MAX_JSON_DEPTH + 1;

const BYTE_ORDER_MARK = '\u{feff}';

type Refused = RefusedPart & { readonly ok: false };

export type ParsedJson = { readonly ok: true; readonly value: unknown } | Refused;

/** Parses JSON text. Refuses it as a whole if {@link refusalIn} finds anything in it. */
export function parseJson(text: string): ParsedJson {
  const parsed = parseJsonParts(text);
  const refusal = parsed.ok ? refusalIn(parsed.value) : undefined;
  return refusal === undefined ? parsed : { ok: false, ...refusal };
}

/**
 * Parses text in which one bad part must not affect the others. A refused value is replaced by a mark: call
 * {@link refusalIn} for each part before you use it. A leading byte order mark is skipped (RFC 8259 §8.1).
 */
export function parseJsonParts(text: string, limits: Omit<ReadLimits, 'maxDepth'> = {}): ParsedJson {
  const json = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  try {
    JSON.parse(json);
  } catch (error) {
    const detail = whereMalformed(String(error), text);
    return { ok: false, code: 'malformed_json', pointer: '', ...(detail !== undefined && { detail }) };
  }
  return { ok: true, value: readJson(json, { ...limits, maxDepth: MAX_READ_DEPTH }) };
}

/**
 * Where text is no JSON, as V8's message says; undefined if the message quotes the text in place of the position.
 *
 * @param text what was sent, with its byte-order mark
 */
function whereMalformed(message: string, text: string): string | undefined {
  if (message.endsWith('Unexpected end of JSON input')) return 'The text ends before the JSON does.';
  const [, position] = / JSON at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(message) ?? [];
  if (position === undefined) return undefined;
  const before = text.slice(0, Number(position) + (text.startsWith(BYTE_ORDER_MARK) ? 1 : 0));
  return `The text is no JSON at character ${[...before].length + 1}.`;
}

/** The first part of a parsed value that is refused or nests deeper than {@link MAX_JSON_DEPTH}. */
export function refusalIn(value: unknown, depth = 0): RefusedPart | undefined {
  if (value instanceof JsonRefusal) return value.part;
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= MAX_JSON_DEPTH) return { code: 'too_deep', pointer: '', detail: DEPTH_SENTENCE };
  for (const [key, inner] of Object.entries(value)) {
    const found = refusalIn(inner, depth + 1);
    if (found !== undefined) {
      return { ...found, pointer: `/${escapePointer(key)}${found.pointer}` };
    }
  }
  return undefined;
}
