import * as z from 'zod';
import { onFirstUse } from '../../reading/on-first-use.ts';
import { type HeaderChanges, MAX_HEADERS } from './custom-headers.ts';

/** Which custom headers an endpoint may have: rules for requests. */

const MAX_NAME_LENGTH = 64;
const MAX_VALUE_LENGTH = 512;

/** A token (RFC 9110 §5.6.2). */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Printable ASCII without white space at either end. So a value cannot end its line and begin another header. */
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** Headers that the service sets, that describe the message or the connection, or that proxies on the way set. */
const RESERVED_NAMES = new Set(
  `host connection keep-alive te trailer transfer-encoding upgrade expect http2-settings user-agent date via
  accept-encoding traceparent tracestate forwarded x-real-ip`.split(/\s+/),
);
const RESERVED_PREFIXES = ['webhook-', 'tidings-', 'content-', 'proxy-', 'x-forwarded-'];

/** Whether the service refuses a header of this name (in lower case). */
function isReservedHeader(name: string): boolean {
  return RESERVED_NAMES.has(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix));
}

type HeaderCode = 'too_many_headers' | 'too_long' | 'invalid_header' | 'duplicate_header' | 'reserved_header';

interface HeaderIssue {
  readonly name?: string;
  readonly code: HeaderCode;
  /** What the header takes, for people. */
  readonly fits?: string;
}

const description =
  `Headers that are added to every request to the endpoint, at most ${MAX_HEADERS}. Values are stored sealed and never shown. ` +
  'Names are not case-sensitive. Reserved: webhook-*, tidings-*, content-*, proxy-*, x-forwarded-*, and headers of the connection.';
const meta = { description, example: { authorization: 'Bearer 4fzQ0Yw2' }, maxProperties: MAX_HEADERS };

const valueSchema = onFirstUse(() => z.string('invalid_type').meta({ maxLength: MAX_VALUE_LENGTH }));

/** The headers of a new endpoint, or of one whose settings are replaced: it has no others. */
export const headersSchema = onFirstUse(() =>
  z
    .record(z.string(), valueSchema(), 'invalid_type')
    .superRefine(reportIssues)
    .transform((headers): HeaderChanges => ({ values: lowerCased(headers), others: 'removed' }))
    .meta(meta),
);

/** A change of headers: those that are not named stay, `null` removes one. */
export const headerChangesSchema = onFirstUse(() =>
  z
    .record(z.string(), valueSchema().nullable(), 'invalid_type')
    .superRefine(reportIssues)
    .transform((headers): HeaderChanges => ({ values: lowerCased(headers), others: 'kept' }))
    .meta({ ...meta, description: `${description} Headers that are not named stay; null removes one.` }),
);

function reportIssues(headers: Readonly<Record<string, string | null>>, context: z.RefinementCtx): void {
  for (const { name, code, fits } of issuesIn(headers)) {
    const path = name === undefined ? [] : [name];
    context.addIssue({
      code: 'custom',
      message: code,
      path,
      ...(fits !== undefined && { params: { fits } }),
    });
  }
}

function issuesIn(headers: Readonly<Record<string, string | null>>): readonly HeaderIssue[] {
  const entries = Object.entries(headers);
  // Removals count too: a request has a bound.
  if (entries.length > 2 * MAX_HEADERS) return [{ code: 'too_many_headers' }];
  if (entries.filter(([, value]) => value !== null).length > MAX_HEADERS)
    return [{ code: 'too_many_headers' }];
  const seen = new Set<string>();
  return entries.flatMap(([name, value]) => {
    const tooLong = lengthSentence(name, value);
    if (tooLong !== undefined) return [{ name, code: 'too_long', fits: tooLong }];
    const code = issueOf(name, value) ?? (seen.has(name.toLowerCase()) ? 'duplicate_header' : undefined);
    seen.add(name.toLowerCase());
    return code === undefined ? [] : [{ name, code }];
  });
}

/** What a header takes whose name or value is too long. */
function lengthSentence(name: string, value: string | null): string | undefined {
  if (name.length > MAX_NAME_LENGTH) return `Use at most ${MAX_NAME_LENGTH} characters for the name.`;
  const isLong = (value ?? '').length > MAX_VALUE_LENGTH;
  return isLong ? `Use at most ${MAX_VALUE_LENGTH} characters for the value.` : undefined;
}

function issueOf(name: string, value: string | null): HeaderCode | undefined {
  if (!NAME.test(name)) return 'invalid_header';
  // A reserved header that a row has all the same can be removed.
  if (value === null) return undefined;
  if (isReservedHeader(name.toLowerCase())) return 'reserved_header';
  return VALUE.test(value) ? undefined : 'invalid_header';
}

function lowerCased<Value>(headers: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
