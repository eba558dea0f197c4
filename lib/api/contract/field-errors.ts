import type * as z from 'zod';
import { escapePointer } from '../../protocol/json/json-values.ts';
import { isProblemCode, type ProblemCode } from './problems.ts';
import { whatFits } from './what-fits.ts';

export interface FieldError {
  /** A JSON pointer (RFC 6901) into the body; `/query/…` and `/path/…` name parameters. */
  readonly pointer: string;
  readonly code: ProblemCode;
  /** What the field takes, for people: `Use hour or day.` Absent where the title of the code says it. */
  readonly detail?: string | undefined;
}

/** The problem takes the code of its first field error, so that clients rarely need to read `errors`. */
export function codeOf(errors: readonly FieldError[]): ProblemCode {
  return errors[0]?.code ?? 'invalid_request';
}

/** Maximum errors in one answer: enough to fix a request without a huge answer. */
export const MAX_ERRORS = 20;

/** Maximum characters of a pointer. It repeats names of the caller: one of megabytes would make an answer that Lambda refuses. */
const MAX_POINTER_LENGTH = 256;

/** The errors that an answer has room for. A pointer that is too long ends earlier: at the object that holds the field. */
export function boundedErrors(errors: readonly FieldError[]): readonly FieldError[] {
  return errors.slice(0, MAX_ERRORS).map((error) => ({ ...error, pointer: shortPointer(error.pointer) }));
}

function shortPointer(pointer: string): string {
  if (pointer.length <= MAX_POINTER_LENGTH) return pointer;
  return pointer.slice(0, pointer.lastIndexOf('/', MAX_POINTER_LENGTH));
}

interface ErrorOptions {
  /** The part of the request that the schema is of. Default: the body. */
  readonly prefix?: '/query' | '/path';
  readonly unknownKey?: ProblemCode;
}

/** Maps every issue of a schema to a pointer, a stable code, and what the schema takes. At most `MAX_ERRORS`. */
export function fieldErrors(
  error: z.ZodError,
  input: unknown,
  options: ErrorOptions = {},
): readonly FieldError[] {
  const { prefix = '', unknownKey = 'unknown_field' } = options;
  const errors = error.issues.flatMap((issue): FieldError[] => {
    const pointer = `${prefix}${issue.path.map((part) => `/${escapePointer(String(part))}`).join('')}`;
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ pointer: `${pointer}/${escapePointer(key)}`, code: unknownKey }));
    }
    const value = valueAt(input, issue.path);
    if (value === undefined && issue.path.length > 0) return [{ pointer, code: 'missing_field' }];
    const detail = whatFits(issue, { value, isInQuery: prefix === '/query' });
    return [{ pointer, code: issueCode(issue), detail }];
  });
  return boundedErrors(errors);
}

function issueCode(issue: z.core.$ZodIssue): ProblemCode {
  // Our schemas carry a problem code as their message. Messages that zod writes itself are for people.
  if (isProblemCode(issue.message)) return issue.message;
  return issue.code === 'invalid_type' ? 'invalid_type' : 'invalid_value';
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}
