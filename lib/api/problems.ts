import type * as z from 'zod';
import { escapePointer } from '../protocol/json/json-values.ts';

/** The one place where codes get their HTTP status and title (RFC 9457). Codes are stable; titles are not. */
export const PROBLEMS = {
  malformed_json: [400, 'The body is not JSON.'],
  invalid_utf8: [400, 'The body is not UTF-8.'],
  malformed_request: [
    400,
    'The path, the query or a header is not what HTTP carries, percent-encoded UTF-8.',
  ],
  unexpected_content: [400, 'The request takes no body.'],
  inexact_number: [400, 'A number cannot be kept exactly as it is written; in metadata, write it as text.'],
  duplicate_key: [400, 'An object has the same key twice.'],
  forbidden_key: [400, 'The body has a key that no object may have.'],
  too_deep: [400, 'The body nests too deep.'],
  invalid_request: [400, 'The request does not have the shape that is asked for.'],
  unknown_field: [400, 'There is no such field.'],
  unknown_parameter: [400, 'There is no such query parameter.'],
  repeated_parameter: [400, 'A query parameter stands more than once.'],
  missing_field: [400, 'A field is missing.'],
  invalid_type: [400, 'A field has the wrong type.'],
  invalid_value: [400, 'A field has a value that is not allowed.'],
  invalid_text: [
    400,
    'A text has half a surrogate pair, U+FFFD, or a control character other than tab and line break; a name has one line.',
  ],
  invalid_id: [400, 'An id has characters or a length that ids cannot have.'],
  invalid_status: [400, 'There is no such status.'],
  invalid_amount: [400, 'The amount is not a non-negative safe integer in the minor unit.'],
  unknown_currency: [400, 'The currency is not one of ISO 4217.'],
  invalid_date: [400, 'A date is not one of RFC 3339, with time and offset where it is to be an instant.'],
  date_in_past: [400, 'A date that must lie ahead is past.'],
  invalid_reference: [400, 'The reference is not 1 to 64 printable ASCII characters.'],
  invalid_type_name: [400, 'The transaction type is not a lower-case word.'],
  invalid_event_type: [400, 'An event type is not of the form payment.succeeded, payment.* or *.'],
  invalid_schedule: [400, 'The schedule is no preset and no list of 1 to 30 delays in seconds.'],
  unknown_time_zone: [
    400,
    'The time zone is not UTC or a name of the IANA database with its region, such as Asia/Shanghai.',
  ],
  invalid_scope: [400, 'There is no such scope here.'],
  invalid_range: [400, 'The range ends before it begins.'],
  unaligned_time: [400, 'No window begins or ends at this time; see windowSeconds.'],
  range_too_long: [400, 'The range is longer than one request may ask for; see maxSeconds.'],
  answer_too_large: [400, 'The answer would be larger than 1 MB, or be made of too much; ask for less.'],
  duplicate_row: [400, 'A row stands in the request a second time.'],
  wrong_bucket: [400, 'A row is not of the bucket that is asked about.'],
  beyond_retention: [400, 'The time is older than what is kept.'],
  in_future: [400, 'The time is in the future.'],
  invalid_cursor: [400, 'The cursor is not one that was given for this list.'],
  cursor_expired: [400, 'The cursor is older than what is kept; begin anew.'],
  exclusive_parameters: [400, 'These query parameters do not go together.'],
  too_long: [400, 'A field is too long.'],
  check_back_not_pending: [400, 'Only a PENDING can be asked about: an end is an end.'],
  feed_shards_shrink: [400, 'The number of feed shards only grows.'],
  invalid_url: [400, 'The URL is not a valid URL.'],
  url_too_long: [400, 'The URL is longer than 2,048 bytes, as it is sent.'],
  https_required: [400, 'Callbacks go to https only.'],
  port_refused: [400, 'Callbacks do not go to this port.'],
  fragment_in_url: [400, 'A callback URL cannot carry a fragment.'],
  credentials_in_url: [400, 'A callback URL cannot carry credentials.'],
  address_refused: [400, 'Callbacks go to public addresses only.'],
  missing_key: [401, 'The request has no key.'],
  invalid_key: [401, 'The key is unknown, wrong, revoked or expired.'],
  insufficient_scope: [403, 'The key may not do this.'],
  not_found: [404, 'There is nothing at this path.'],
  method_not_allowed: [405, 'The path does not take this method; Allow names those that it takes.'],
  unknown_merchant: [404, 'There is no such merchant.'],
  unknown_transaction: [404, 'There is no such transaction.'],
  unknown_notification: [404, 'There is no such notification.'],
  unknown_statement: [404, 'There is no statement of this day, and there will be none.'],
  unknown_job: [404, 'There is no such job.'],
  unknown_endpoint: [404, 'There is no such endpoint.'],
  unknown_key: [404, 'There is no such key.'],
  not_unresolved: [
    409,
    'The transaction is not unresolved: it is still asked about; its initiator records its end.',
  ],
  outcome_conflict: [409, 'Another outcome stands already; see current.'],
  not_terminal: [409, 'The transaction has not ended yet: there is nothing to tell.'],
  outcome_mismatch: [409, 'The end contradicts its PENDING; see current.'],
  window_not_closed: [409, 'The window, or a part of the range, is not closed yet; see closedThrough.'],
  window_too_large: [409, 'The window has too many rows for this request; ask by bucket, or for its rows.'],
  window_in_doubt: [
    409,
    'The rows of the window do not add up to its digest, and are to be audited; ask again in an hour.',
  ],
  too_many_differences: [409, 'More differs than one answer shows; ask by bucket, or for the rows.'],
  statement_not_ready: [409, 'The day is not over, or its statement is being made; see readyAfter.'],
  merchant_conflict: [409, 'The merchant exists with other settings; change them with PATCH.'],
  too_many_endpoints: [409, 'The merchant has as many endpoints as it may have.'],
  too_many_jobs: [409, 'The merchant has three redeliveries running; wait for one to end.'],
  too_many_changes: [409, 'The endpoint was switched too often within two days; wait.'],
  too_many_secrets: [409, 'Too many secrets still sign; wait for an overlap to end, or rotate without one.'],
  rotation_repeated: [409, 'This rotation was done before, and its secret is not shown again; make another.'],
  rotation_conflict: [
    409,
    'This rotation was done before with another overlapSeconds; give each a name of its own.',
  ],
  body_too_large: [413, 'The body is too large.'],
  unsupported_media_type: [415, 'The body must be application/json in UTF-8, not compressed.'],
  too_many_tests: [429, 'The endpoint is being tested, or was a moment ago; try again after Retry-After.'],
  internal: [500, 'Something went wrong on our side.'],
  clock_skew: [503, 'This machine cannot be trusted with a time stamp; try again.'],
  unavailable: [503, 'Something that we need is away; try again.'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface FieldError {
  /** RFC 6901, into the body; `/query/…` and `/path/…` for parameters. */
  readonly pointer: string;
  readonly code: ProblemCode;
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

/** A problem of fields takes the code of its first error, so that the common case of one needs no look inside. */
export function codeOf(errors: readonly FieldError[]): ProblemCode {
  return errors[0]?.code ?? 'invalid_request';
}

/** Every issue of a schema as pointer and stable code. */
export function fieldErrors(
  error: z.ZodError,
  input: unknown,
  options: { readonly prefix?: string; readonly unknownKey?: ProblemCode } = {},
): readonly FieldError[] {
  const { prefix = '', unknownKey = 'unknown_field' } = options;
  const errors = error.issues.flatMap((issue): FieldError[] => {
    const pointer = `${prefix}${issue.path.map((part) => `/${escapePointer(String(part))}`).join('')}`;
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ pointer: `${pointer}/${escapePointer(key)}`, code: unknownKey }));
    }
    return [{ pointer, code: issueCode(issue, input) }];
  });
  return errors.slice(0, MAX_ERRORS);
}

/** Errors that one answer lists: enough to mend a request, and no more than an answer should hold. */
export const MAX_ERRORS = 20;

function issueCode(issue: z.core.$ZodIssue, input: unknown): ProblemCode {
  const absent = valueAt(input, issue.path) === undefined;
  if (absent && issue.path.length > 0) return 'missing_field';
  // The model's schemas say their code in place of a message; what zod says itself is for people.
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
