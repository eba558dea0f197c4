import { MAX_CALLBACK_URL_LENGTH } from '../protocol/content/callback-url.ts';
import {
  isAmount,
  isCurrency,
  isFreeTransactionType,
  isShortMetadata,
  isTerminalStatus,
  MAX_REASON_LENGTH,
  METADATA_SENTENCE,
  REASON_CODE,
  TRANSACTION_TYPE,
} from '../protocol/content/content-rules.ts';
import { formSentence } from '../protocol/form-sentences.ts';
import { matches, REFERENCE, TRANSACTION_ID } from '../protocol/id-forms.ts';
import { isOutcomeTime, isoTime } from '../protocol/instants.ts';
import { holdsInexactNumber } from '../protocol/json/json-limits.ts';
import { escapePointer, isObject } from '../protocol/json/json-values.ts';
import { holdsPlainText, isPlainText } from '../protocol/plain-text.ts';
import type { FieldError } from './fault.ts';
import { isTransactionId } from './ids.ts';
import { plainJson } from './plain-json.ts';
import type { TerminalContent } from './recorded-outcome.ts';

/**
 * Validates an outcome that the API never sees, because the initiator writes it into the table in its own transaction.
 * The rules are those of the protocol. A test compares the results with those of the API.
 */

export type CheckedContent =
  | { readonly ok: true; readonly content: TerminalContent }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** Checks a terminal outcome, and returns it as the service would store it: times in UTC, metadata as plain JSON. */
export function checkContent(input: unknown): CheckedContent {
  const plain = plainJson(input);
  if (!plain.ok) return { ok: false, errors: [plain.error] };
  const errors = contentErrors(plain.value);
  if (errors.length > 0) return { ok: false, errors };
  const content = plain.value as TerminalContent;
  if ('checkBack' in content) {
    // A terminal outcome cannot have `checkBack`. Like the API, report this only if everything else is valid.
    return { ok: false, errors: [{ pointer: '/checkBack', code: 'check_back_not_pending' }] };
  }
  return { ok: true, content: { ...content, occurredAt: isoTime(Date.parse(content.occurredAt)) } };
}

/**
 * Errors that are found before the request to the API: numbers and text that JSON would change, and metadata that is
 * too large. `content` must be the result of {@link plainJson}.
 */
export function lossyFields(content: Readonly<Record<string, unknown>>): readonly FieldError[] {
  return Object.entries(content).flatMap(([name, value]): readonly FieldError[] => {
    const isLossless = !holdsInexactNumber(value) && holdsPlainText(value);
    if (isLossless && !(name === 'metadata' && isObject(value))) return [];
    const pointer = `/${escapePointer(name)}`;
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
    const errors = check?.(value) ?? [];
    if (errors.length > 0)
      return errors.map((error) => ({ ...error, pointer: `${pointer}${error.pointer}` }));
    return isLossless ? [] : [{ pointer, code: 'invalid_value' }];
  });
}

type Check = (value: unknown) => readonly FieldError[];

/** A check with one code for the whole field. */
function field(code: string, isValid: (value: unknown) => boolean, detail?: string): Check {
  return (value) => (isValid(value) ? [] : [{ pointer: '', code, detail }]);
}

function typeErrors(transactionType: unknown): readonly FieldError[] {
  if (!matches(TRANSACTION_TYPE, transactionType)) {
    return [{ pointer: '', code: 'invalid_type_name', detail: formSentence(TRANSACTION_TYPE) }];
  }
  return isFreeTransactionType(transactionType) ? [] : [{ pointer: '', code: 'reserved_type' }];
}

const REQUIRED: Readonly<Record<string, Check>> = {
  transactionType: typeErrors,
  status: field('invalid_status', isTerminalStatus),
  amount: field('invalid_amount', isAmount),
  currency: field('unknown_currency', isCurrency),
  occurredAt: field('invalid_date', isOutcomeTime),
};

const OPTIONAL: Readonly<Record<string, Check>> = {
  reference: field('invalid_reference', (value) => matches(REFERENCE, value)),
  reason: reasonErrors,
  relatedTransactionId: field('invalid_id', isTransactionId, formSentence(TRANSACTION_ID)),
  metadata: metadataErrors,
  notifyUrl: urlErrors,
  checkBack: () => [],
};

const CHECKS: Readonly<Record<string, Check>> = { ...REQUIRED, ...OPTIONAL, checkBack: checkBackErrors };

/** Checks only that JSON carries the values unchanged. The API checks URLs and times. */
function checkBackErrors(checkBack: unknown): readonly FieldError[] {
  if (!isObject(checkBack)) return [{ pointer: '', code: 'invalid_type' }];
  return Object.entries(checkBack).flatMap(([name, value]): readonly FieldError[] => {
    if (name === 'url' && typeof value === 'string' && !isPlainText(value)) {
      return [{ pointer: '/url', code: 'invalid_url' }];
    }
    const isLossless = !holdsInexactNumber(value) && holdsPlainText(value);
    return isLossless ? [] : [{ pointer: `/${escapePointer(name)}`, code: 'invalid_value' }];
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
  if (characters(message) > MAX_REASON_LENGTH) {
    errors.push({ pointer: '', code: 'too_long', detail: `Use at most ${MAX_REASON_LENGTH} characters.` });
  }
  if (!isPlainText(message)) errors.push({ pointer: '', code: 'invalid_text' });
  return errors;
}

function metadataErrors(metadata: unknown): readonly FieldError[] {
  if (!isObject(metadata)) return [{ pointer: '', code: 'invalid_value' }];
  const errors = [];
  if (holdsInexactNumber(metadata)) errors.push({ pointer: '', code: 'inexact_number' });
  if (!holdsPlainText(metadata)) errors.push({ pointer: '', code: 'invalid_text' });
  if (!isShortMetadata(metadata)) errors.push({ pointer: '', code: 'too_long', detail: METADATA_SENTENCE });
  return errors;
}

function urlErrors(url: unknown): readonly FieldError[] {
  if (typeof url !== 'string') return [{ pointer: '', code: 'invalid_url' }];
  if (characters(url) > MAX_CALLBACK_URL_LENGTH) return [{ pointer: '', code: 'url_too_long' }];
  return isPlainText(url) ? [] : [{ pointer: '', code: 'invalid_url' }];
}

/** Counts Unicode characters as the API does: a pair of UTF-16 surrogates counts as one. */
function characters(text: string): number {
  return [...text].length;
}
