import { CURRENCIES } from './currency.ts';
import type { FieldError } from './fault.ts';
import { isTransactionId } from './ids.ts';
import { escapePointer, hasInexactNumber, plainJson } from './json.ts';
import { isObject, isTerminalStatus, type TerminalContent } from './outcome.ts';
import { holdsPlainText, isPlainText } from './text.ts';

/**
 * What the API would say of an outcome that it never sees, because the initiator writes it into the table by its
 * own transaction. The rules are the API's; a test runs both on the same input.
 */

const MAX_REASON_LENGTH = 512;
const MAX_METADATA_BYTES = 16 * 1024;
export const MAX_URL_LENGTH = 2_048;
/** Times of other years have more digits, and would not sort as text. */
const END_OF_TIME_MS = Date.UTC(10_000, 0);

const TYPE_NAME = /^[a-z][a-z0-9_-]{0,31}$/;
const REFERENCE = /^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/;
const REASON_CODE = /^[A-Za-z0-9_.-]{1,64}$/;
const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

export type CheckedContent =
  | { readonly ok: true; readonly content: TerminalContent }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** Checks a terminal outcome, and gives it as the service would keep it: times in UTC, metadata as JSON has it. */
export function checkContent(input: unknown): CheckedContent {
  const plain = plainJson(input);
  if (!plain.ok) return { ok: false, errors: [plain.error] };
  const errors = contentErrors(plain.value);
  if (errors.length > 0) return { ok: false, errors };
  const content = plain.value as TerminalContent;
  if ('checkBack' in content) {
    // There is nothing to ask about what has ended; the API, too, says so only where all else is right.
    return { ok: false, errors: [{ pointer: '/checkBack', code: 'check_back_not_pending' }] };
  }
  return { ok: true, content: { ...content, occurredAt: utc(content.occurredAt) } };
}

/**
 * What the API is not asked about: numbers and text that it would get as something else, and metadata that is too
 * large. `content` went through {@link plainJson} before.
 */
export function unsayable(content: Readonly<Record<string, unknown>>): readonly FieldError[] {
  return Object.entries(content).flatMap(([name, value]): readonly FieldError[] => {
    const isSayable = !hasInexactNumber(value) && holdsPlainText(value);
    if (isSayable && name !== 'metadata') return [];
    const pointer = `/${escapePointer(name)}`;
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
    const errors = check?.(value) ?? [];
    if (errors.length > 0)
      return errors.map((error) => ({ ...error, pointer: `${pointer}${error.pointer}` }));
    return isSayable ? [] : [{ pointer, code: 'invalid_value' }];
  });
}

/** The instant as one width of text, so that it sorts as time does. */
export function utc(time: string): string {
  return new Date(Date.parse(time)).toISOString();
}

type Check = (value: unknown) => readonly FieldError[];

/** A check that ends in one code for the whole field. */
function field(code: string, holds: (value: unknown) => boolean): Check {
  return (value) => (holds(value) ? [] : [{ pointer: '', code }]);
}

const REQUIRED: Readonly<Record<string, Check>> = {
  transactionType: field('invalid_type_name', (value) => matches(TYPE_NAME, value)),
  status: field('invalid_status', isTerminalStatus),
  amount: field('invalid_amount', isAmount),
  currency: field('unknown_currency', (value) => typeof value === 'string' && CURRENCIES.has(value)),
  occurredAt: field('invalid_date', isTime),
};

const OPTIONAL: Readonly<Record<string, Check>> = {
  reference: field('invalid_reference', (value) => matches(REFERENCE, value)),
  reason: reasonErrors,
  relatedTransactionId: field('invalid_id', isTransactionId),
  metadata: metadataErrors,
  notifyUrl: urlErrors,
  checkBack: () => [],
};

const CHECKS: Readonly<Record<string, Check>> = { ...REQUIRED, ...OPTIONAL, checkBack: checkBackErrors };

/** Only what cannot be said: which URLs and times are right, the API says. */
function checkBackErrors(checkBack: unknown): readonly FieldError[] {
  if (!isObject(checkBack)) return [{ pointer: '', code: 'invalid_type' }];
  return Object.entries(checkBack).flatMap(([name, value]): readonly FieldError[] => {
    if (name === 'url' && typeof value === 'string' && !isPlainText(value)) {
      return [{ pointer: '/url', code: 'invalid_url' }];
    }
    const isSayable = !hasInexactNumber(value) && holdsPlainText(value);
    return isSayable ? [] : [{ pointer: `/${escapePointer(name)}`, code: 'invalid_value' }];
  });
}

function contentErrors(content: unknown): readonly FieldError[] {
  if (!isObject(content)) return [{ pointer: '', code: 'invalid_type' }];
  return fieldErrors(content, REQUIRED, OPTIONAL);
}

function fieldErrors(
  given: Readonly<Record<string, unknown>>,
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [name, check] of Object.entries({ ...required, ...optional })) {
    const pointer = `/${name}`;
    if (given[name] !== undefined) {
      errors.push(
        ...check(given[name]).map((error) => ({ ...error, pointer: `${pointer}${error.pointer}` })),
      );
    } else if (Object.hasOwn(required, name)) errors.push({ pointer, code: 'missing_field' });
  }
  for (const name of Object.keys(given)) {
    const isKnown = Object.hasOwn(required, name) || Object.hasOwn(optional, name);
    if (!isKnown) errors.push({ pointer: `/${escapePointer(name)}`, code: 'unknown_field' });
  }
  return errors;
}

export function isAmount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0);
}

/** An instant of an ordinary year, on a day that exists. */
export function isTime(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const [, year, month, day] = RFC_3339.exec(value) ?? [];
  if (year === undefined) return false;
  const daysInMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > daysInMonth) return false;
  const ms = Date.parse(value);
  return ms >= 0 && ms < END_OF_TIME_MS;
}

export function reasonErrors(reason: unknown): readonly FieldError[] {
  if (!isObject(reason)) return [{ pointer: '', code: 'invalid_type' }];
  return fieldErrors(reason, {
    code: field('invalid_value', (value) => matches(REASON_CODE, value)),
    message: messageErrors,
  });
}

function messageErrors(message: unknown): readonly FieldError[] {
  if (typeof message !== 'string') return [{ pointer: '', code: 'invalid_value' }];
  const errors = [];
  if (characters(message) > MAX_REASON_LENGTH) errors.push({ pointer: '', code: 'too_long' });
  if (!isPlainText(message)) errors.push({ pointer: '', code: 'invalid_text' });
  return errors;
}

function metadataErrors(metadata: unknown): readonly FieldError[] {
  if (!isObject(metadata)) return [{ pointer: '', code: 'invalid_value' }];
  const errors = [];
  if (hasInexactNumber(metadata)) errors.push({ pointer: '', code: 'inexact_number' });
  if (!holdsPlainText(metadata)) errors.push({ pointer: '', code: 'invalid_text' });
  const bytes = Buffer.byteLength(JSON.stringify(metadata));
  if (bytes > MAX_METADATA_BYTES) errors.push({ pointer: '', code: 'too_long' });
  return errors;
}

function urlErrors(url: unknown): readonly FieldError[] {
  if (typeof url !== 'string') return [{ pointer: '', code: 'invalid_url' }];
  if (characters(url) > MAX_URL_LENGTH) return [{ pointer: '', code: 'url_too_long' }];
  return isPlainText(url) ? [] : [{ pointer: '', code: 'invalid_url' }];
}

/** Unicode characters, as the API counts them: one that takes two UTF-16 units is one. */
function characters(text: string): number {
  return [...text].length;
}

function matches(pattern: RegExp, value: unknown): boolean {
  return typeof value === 'string' && pattern.test(value);
}
