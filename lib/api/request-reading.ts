import type { Context } from 'hono';
import { parseJson } from '../core/json.ts';
import { type Answer, type Operation, problem } from './operation.ts';
import { codeOf, type FieldError, fieldErrors, type ProblemCode } from './problems.ts';

/** Takes a request apart: each part is checked by the operation's own schema, or answered with a problem. */

export type Read =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Answer };

const DEFAULT_MAX_BODY_BYTES = 64 * 1024;

export function readParams(c: Context, operation: Operation): Read {
  const input = c.req.param() as unknown;
  const parsed = operation.params?.safeParse(input);
  if (parsed === undefined || parsed.success) return { ok: true, value: parsed?.data };
  return refused(fieldErrors(parsed.error, input, { prefix: '/path' }));
}

export function readQuery(c: Context, operation: Operation): Read {
  const all = c.req.queries();
  const names = Object.keys(all);
  const repeated = names.filter((name) => (all[name]?.length ?? 0) > 1);
  if (repeated.length > 0) {
    return refused(repeated.map((name) => ({ pointer: `/query/${name}`, code: 'repeated_parameter' })));
  }
  const input = Object.fromEntries(names.map((name) => [name, all[name]?.[0]]));
  if (operation.query === undefined) {
    if (names.length === 0) return { ok: true, value: undefined };
    return refused(names.map((name) => ({ pointer: `/query/${name}`, code: 'unknown_parameter' })));
  }
  const parsed = operation.query.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  return refused(fieldErrors(parsed.error, input, { prefix: '/query', unknownKey: 'unknown_parameter' }));
}

export async function readBody(c: Context, operation: Operation): Promise<Read> {
  if (operation.body === undefined) return { ok: true, value: undefined };
  const bytes = await c.req.arrayBuffer();
  const blank = bytes.byteLength === 0 ? operation.body.safeParse({}) : undefined;
  // Where every field is optional, nothing says what {} says, and needs no content type.
  if (blank?.success) return { ok: true, value: blank.data };
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') return refusedAs('unsupported_media_type');
  if (bytes.byteLength > (operation.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES)) {
    return refusedAs('body_too_large');
  }
  const json = parseJson(utf8(bytes) ?? '');
  if (!json.ok) {
    return json.pointer === '' ? refusedAs(json.code) : refused([{ pointer: json.pointer, code: json.code }]);
  }
  const parsed = operation.body.safeParse(json.value);
  if (parsed.success) return { ok: true, value: parsed.data };
  return refused(fieldErrors(parsed.error, json.value));
}

/** Text, or undefined where the bytes are none: replacement characters would be recorded as if they were sent. */
function utf8(bytes: ArrayBuffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function refused(errors: readonly FieldError[]): Read {
  return { ok: false, problem: problem(codeOf(errors), { errors }) };
}

function refusedAs(code: ProblemCode): Read {
  return { ok: false, problem: problem(code) };
}

/** `GET /v1/transactions?limit=5&reference=A`: method, path, and the parameters sorted and encoded in one way. */
export function canonicalRequest(c: Context): string {
  const url = new URL(c.req.url);
  const query = new URLSearchParams(url.search);
  query.sort();
  const text = query.toString();
  return `${c.req.method} ${pathOf(url)}${text === '' ? '' : `?${text}`}`;
}

/** Ids need no encoding, but a client may encode them all the same: both are the same request. */
function pathOf(url: URL): string {
  try {
    return encodeURI(decodeURIComponent(url.pathname));
  } catch {
    return url.pathname;
  }
}
