import type * as z from 'zod';
import { listOfWords } from '../../protocol/contract-words.ts';
import { formSentence } from '../../protocol/form-sentences.ts';

/** What of the request an issue is about. */
interface Refused {
  readonly value: unknown;
  readonly isInQuery: boolean;
}

/** A time whose offset begins with a space: a `+` in a query that was not encoded. */
const LOST_PLUS = /^\d[^ ]*T[^ ]* \d\d:\d\d$/;

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** What the schema takes instead, as a sentence for people. Undefined if the issue does not say more than its code. */
export function whatFits(issue: z.core.$ZodIssue, { value, isInQuery }: Refused): string | undefined {
  switch (issue.code) {
    case 'invalid_value':
      return `Use ${listOfWords(issue.values.map(String))}.`;
    case 'too_big':
      return isForm(issue) ? undefined : `Use at most ${measure(issue.maximum, issue.origin)}.`;
    case 'too_small':
      return isForm(issue) ? undefined : `Use at least ${measure(issue.minimum, issue.origin)}.`;
    case 'invalid_type':
      return TYPES[issue.expected] && `Use ${TYPES[issue.expected]}.`;
    case 'invalid_union':
      return `Use ${listOfWords(issue.errors.flatMap(([first]) => optionOf(first)))}.`;
    case 'invalid_format':
      if (issue.format === 'date') return 'Write a day as 2026-11-20.';
      if (issue.format === 'regex') return formOf(issue);
      if (issue.format !== 'datetime') return undefined;
      return isInQuery && typeof value === 'string' && LOST_PLUS.test(value)
        ? 'In a query, + means a space: write the + of the offset as %2B, or the time in UTC with Z.'
        : 'Write a time as 2026-11-20T08:00:00Z or 2026-11-20T16:00:00+08:00.';
    case 'custom':
      return typeof issue.params?.fits === 'string' ? issue.params.fits : undefined;
    default:
      return undefined;
  }
}

/** What an option of a union takes, as its first issue says. An issue of a part means that the value has the type already. */
function optionOf(issue: z.core.$ZodIssue | undefined): readonly string[] {
  if (issue === undefined) return [];
  const [part] = issue.path;
  if (part !== undefined) return [typeof part === 'number' ? 'a list' : 'an object'];
  if (issue.code === 'invalid_value') return issue.values.map(String);
  const type = issue.code === 'invalid_type' ? TYPES[issue.expected] : undefined;
  return type === undefined ? [] : [type];
}

/** Codes that do not say which text a field takes. */
const CODES_OF_FORMS = new Set(['invalid_value', 'invalid_id']);

function formOf({ pattern, message }: z.core.$ZodIssueInvalidStringFormat): string | undefined {
  if (pattern === undefined) return undefined;
  const form = CODES_OF_FORMS.has(message) ? `Use text that matches ${pattern}.` : undefined;
  return formSentence(pattern) ?? form;
}

function measure(bound: number | bigint, origin: string): string {
  if (origin === 'string') return `${bound} characters`;
  if (origin !== 'array') return String(bound);
  return String(bound) === '1' ? 'one element' : `${bound} elements`;
}

/** Whether a bound on a text is part of a form that the code explains, such as that of a cursor. */
function isForm({ origin, message }: { readonly origin: string; readonly message: string }): boolean {
  return origin === 'string' && message !== 'too_long' && message !== 'url_too_long';
}
