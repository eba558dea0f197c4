import type { Context } from 'hono';
import { parseJsonParts, refusalIn } from '../../core/reading/json.ts';
import { JsonRefusal, type RefusedPart } from '../../core/reading/json-reading.ts';
import { bytesSentence, MAX_JSON_BYTES } from '../../protocol/json/json-limits.ts';
import { escapePointer } from '../../protocol/json/json-values.ts';
import { boundedErrors, codeOf, type FieldError, fieldErrors } from '../contract/field-errors.ts';
import { type Answer, type Operation, problem } from '../contract/operation.ts';
import type { ProblemCode } from '../contract/problems.ts';
import { type AppEnv, contentOf } from './http-event.ts';

/** Parses a request: each part is validated with the operation's schema, or refused with a problem. */

export type Read =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Answer };

/** Depth of a batch's items: body object, then list. Each item has the bounds of a body of its own. */
const ITEM_DEPTH = 2;
/** A body up to this size may count as empty, such as `{ }`. */
const MAX_BLANK_BYTES = 16;

export function readParams(c: Context, operation: Operation): Read {
  const input = c.req.param() as unknown;
  const parsed = operation.params?.().safeParse(input);
  if (parsed === undefined || parsed.success) return { ok: true, value: parsed?.data };
  return refused(fieldErrors(parsed.error, input, { prefix: '/path' }));
}

export function readQuery(c: Context, operation: Operation): Read {
  const all = c.req.queries();
  const names = Object.keys(all);
  const repeated = names.filter((name) => (all[name]?.length ?? 0) > 1);
  if (repeated.length > 0) {
    return refused(repeated.map((name) => ({ pointer: pointerTo(name), code: 'repeated_parameter' })));
  }
  const input = Object.fromEntries(names.map((name) => [name, all[name]?.[0]]));
  if (operation.query === undefined) {
    if (names.length === 0) return { ok: true, value: undefined };
    return refused(names.map((name) => ({ pointer: pointerTo(name), code: 'unknown_parameter' })));
  }
  const parsed = operation.query().safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  return refused(fieldErrors(parsed.error, input, { prefix: '/query', unknownKey: 'unknown_parameter' }));
}

const pointerTo = (parameter: string) => `/query/${escapePointer(parameter)}`;

export async function readBody(c: Context<AppEnv>, operation: Operation): Promise<Read> {
  const bytes = await contentOf(c);
  if (operation.body === undefined) return refuseBody(bytes);
  const schema = operation.body();
  const blank = bytes.byteLength === 0 ? schema.safeParse({}) : undefined;
  // If every field is optional, an empty body equals {}. It needs no content type.
  if (blank?.success) return { ok: true, value: blank.data };
  if (!isJsonInUtf8(c)) return refusedAs('unsupported_media_type');
  const { maxBodyBytes = MAX_JSON_BYTES } = operation;
  if (bytes.byteLength > maxBodyBytes) return refusedAs('body_too_large', bytesSentence(maxBodyBytes));
  const text = utf8(bytes);
  if (text === undefined) return refusedAs('invalid_utf8');
  const json = parseJsonParts(text, { items: { depth: ITEM_DEPTH, maxBytes: MAX_JSON_BYTES } });
  if (!json.ok) return refusedPart(json);
  const refusal = refusalIn(withoutItems(json.value, operation.itemsIn));
  if (refusal !== undefined) return refusedPart(refusal);
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return { ok: true, value: parsed.data };
  return refused(fieldErrors(parsed.error, json.value));
}

/** Refuses content that the request would ignore. `{}` counts as empty. */
function refuseBody(bytes: Uint8Array): Read {
  const isBlank = bytes.byteLength <= MAX_BLANK_BYTES && /^\s*(\{\s*\})?\s*$/.test(utf8(bytes) ?? '-');
  return isBlank ? { ok: true, value: undefined } : refusedAs('unexpected_content');
}

/** The body without the list whose items the handler checks one by one. */
function withoutItems(value: unknown, itemsIn: string | undefined): unknown {
  const isPlain = typeof value === 'object' && value !== null && !(value instanceof JsonRefusal);
  return isPlain && itemsIn !== undefined ? { ...value, [itemsIn]: undefined } : value;
}

/** `application/json` in UTF-8 without compression. Other bytes would decode to other text. */
function isJsonInUtf8(c: Context): boolean {
  const [type, ...parameters] = (c.req.header('content-type') ?? '').split(';').map((part) => part.trim());
  if (type?.toLowerCase() !== 'application/json') return false;
  const coding = c.req.header('content-encoding')?.trim().toLowerCase();
  if (coding !== undefined && coding !== '' && coding !== 'identity') return false;
  const charsets = parameters.filter((parameter) => /^charset\s*=/i.test(parameter));
  return charsets.every((charset) => /^charset\s*=\s*("utf-?8"|utf-?8)$/i.test(charset));
}

/** The text, or undefined if the bytes are not UTF-8. Replacement characters must never be recorded. */
function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function refusedPart({ pointer, code, detail }: RefusedPart): Read {
  if (pointer === '') return refusedAs(code, detail);
  return refused([{ pointer, code, detail }]);
}

function refused(found: readonly FieldError[]): Read {
  const errors = boundedErrors(found);
  return { ok: false, problem: problem(codeOf(errors), { detail: errors[0]?.detail, errors }) };
}

function refusedAs(code: ProblemCode, detail?: string): Read {
  return { ok: false, problem: problem(code, { detail }) };
}

/** `GET /v1/transactions?limit=5&reference=A`: method, path, and the parameters sorted and encoded in one way. */
export function canonicalRequest(c: Context<AppEnv>): string {
  const url = new URL(c.req.url);
  const query = new URLSearchParams(url.search);
  query.sort();
  const text = query.toString();
  return `${c.env?.method ?? c.req.method} ${pathOf(url)}${text === '' ? '' : `?${text}`}`;
}

/** Ids need no encoding, but a client may encode them. Both forms must give the same canonical request. */
function pathOf(url: URL): string {
  try {
    return encodeURI(decodeURIComponent(url.pathname));
  } catch {
    return url.pathname;
  }
}
