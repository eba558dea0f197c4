import type * as z from 'zod';
import { escapePointer } from '../../protocol/json/json-values.ts';

/** HTTP status and title of every problem code (RFC 9457). Codes are stable; titles are not. */
export const PROBLEMS = {
  malformed_json: [400, 'The body is not JSON.'],
  invalid_utf8: [400, 'The body is not UTF-8.'],
  malformed_request: [400, 'The path, the query or a header is not percent-encoded UTF-8.'],
  unexpected_content: [400, 'This request takes no body.'],
  inexact_number: [400, 'A number cannot be stored exactly as written; in metadata, write it as text.'],
  duplicate_key: [400, 'An object has the same key twice.'],
  forbidden_key: [400, 'An object in the body has a key that is not allowed.'],
  too_deep: [400, 'The body is nested too deeply.'],
  invalid_request: [400, 'The request does not match the schema.'],
  unknown_field: [400, 'The body has an unknown field.'],
  unknown_parameter: [400, 'There is an unknown query parameter.'],
  repeated_parameter: [400, 'A query parameter is given more than once.'],
  missing_field: [400, 'A required field is missing.'],
  invalid_type: [400, 'A field has the wrong type.'],
  invalid_value: [400, 'A field has a value that is not allowed.'],
  invalid_text: [
    400,
    'A text has half a surrogate pair, U+FFFD, or a control character other than tab and line break; names must be one line.',
  ],
  invalid_id: [400, 'An id has characters or a length that are not allowed.'],
  invalid_status: [400, 'The status is unknown.'],
  invalid_amount: [400, 'The amount must be a safe integer of 0 or more, in the minor unit.'],
  unknown_currency: [400, 'The currency is not an ISO 4217 code.'],
  invalid_date: [400, 'A date or time is not RFC 3339; a time needs its offset.'],
  date_in_past: [400, 'A date that must be in the future is in the past.'],
  outlives_key: [400, 'A key cannot create a key that expires later than itself.'],
  invalid_reference: [400, 'The reference must be 1 to 64 printable ASCII characters.'],
  invalid_type_name: [400, 'The transaction type must be a lower-case word.'],
  reserved_type: [400, 'The transaction type tidings is reserved for alerts.'],
  invalid_event_type: [
    400,
    'An event type must have the form payment.succeeded, payment.*, *, tidings.* or name an alert.',
  ],
  invalid_schedule: [400, 'The schedule must be a preset or a list of 1 to 30 delays in seconds.'],
  unknown_time_zone: [
    400,
    'The time zone must be UTC or an IANA name with its region, such as Asia/Shanghai.',
  ],
  invalid_scope: [400, 'The scope is unknown, or not allowed here.'],
  invalid_range: [400, 'The range ends before it starts.'],
  unaligned_time: [400, 'No window starts or ends at this time; see windowSeconds.'],
  range_too_long: [400, 'The range is too long for one request; see maxSeconds.'],
  range_too_large: [400, 'The range has more outcomes than maxOutcomes; split it.'],
  answer_too_large: [400, 'The answer would exceed 1 MB or need too many reads; request less data.'],
  duplicate_row: [400, 'A row is in the request twice.'],
  wrong_bucket: [400, 'A row does not belong to the bucket of the request.'],
  beyond_retention: [400, 'The time is before the retention period.'],
  in_future: [400, 'The time is in the future.'],
  invalid_cursor: [400, 'The cursor was not issued for this list.'],
  cursor_expired: [400, 'The cursor is older than the retention period; start again.'],
  exclusive_parameters: [400, 'These parameters cannot be combined.'],
  too_long: [400, 'A field is too long.'],
  too_many_headers: [400, 'An endpoint has at most eight custom headers.'],
  invalid_header: [
    400,
    "A header's name is not a token, or its value is not printable ASCII without white space at its ends.",
  ],
  reserved_header: [400, 'This header belongs to the service, to the message or to the connection.'],
  duplicate_header: [400, 'A header is given twice; names are not case-sensitive.'],
  check_back_not_pending: [400, 'checkBack is allowed only for a PENDING.'],
  feed_shards_shrink: [400, 'The number of feed shards cannot be reduced.'],
  invalid_url: [400, 'The URL is not valid.'],
  url_too_long: [400, 'The URL is longer than 2,048 bytes after encoding.'],
  https_required: [400, 'A callback URL must use https.'],
  port_refused: [400, 'Callbacks to this port are not allowed.'],
  fragment_in_url: [400, 'A callback URL cannot have a fragment.'],
  credentials_in_url: [400, 'A callback URL cannot have credentials.'],
  address_refused: [400, 'A callback URL must have a public address.'],
  missing_key: [401, 'The request has no key.'],
  invalid_key: [401, 'The key is unknown, wrong, revoked or expired.'],
  insufficient_scope: [403, 'The key is not allowed to do this.'],
  not_found: [404, 'There is no such path.'],
  method_not_allowed: [405, 'The path does not support this method; see the Allow header.'],
  unknown_merchant: [404, 'There is no such merchant.'],
  not_erased: [404, 'The merchant was not erased.'],
  unknown_transaction: [404, 'There is no such transaction.'],
  unknown_version: [404, 'The transaction has no such version.'],
  unknown_notification: [404, 'There is no such notification.'],
  unknown_statement: [404, 'There is no statement for this day, and there never will be.'],
  unknown_job: [404, 'There is no such job.'],
  unknown_endpoint: [404, 'There is no such endpoint.'],
  unknown_record: [404, 'No such record is parked, or not within these days.'],
  unknown_key: [404, 'There is no such key.'],
  not_unresolved: [
    409,
    'The transaction is not unresolved: it was never PENDING, or its initiator is still being asked.',
  ],
  outcome_conflict: [
    409,
    'Another outcome is already recorded; errors name the fields that differ from current.',
  ],
  not_terminal: [409, 'The transaction has not ended yet.'],
  outcome_mismatch: [
    409,
    'The end contradicts its PENDING; errors name the fields that differ from current.',
  ],
  window_not_closed: [409, 'The window, or part of the range, is not closed yet; see closedThrough.'],
  window_too_large: [409, 'The window has too many rows for this request; ask by bucket, or for its rows.'],
  window_in_doubt: [
    409,
    'The rows of the window do not add up to its digest and will be audited; ask again in an hour.',
  ],
  too_many_differences: [
    409,
    'There are more differences than one answer can have; ask by bucket, or for the rows.',
  ],
  statement_not_ready: [409, 'The day has not ended or its statement is not ready; see readyAfter.'],
  merchant_conflict: [409, 'The merchant already exists with other settings; change them with PATCH.'],
  too_many_endpoints: [409, 'The merchant has the maximum number of endpoints.'],
  endpoint_deleted: [
    409,
    'An endpoint with this id was deleted lately; use another id, or wait about two days.',
  ],
  header_values_required: [
    409,
    'The new URL has another origin: give the value of each header again, or remove the header.',
  ],
  too_many_keys: [409, 'The owner has the maximum number of keys; revoke one.'],
  too_many_jobs: [409, 'The merchant already has three running redeliveries; wait until one ends.'],
  confirmation_required: [
    409,
    'Nothing was done. The request sends delivered notifications once more, or erases; repeat it with this confirm.',
  ],
  too_many_changes: [409, 'Endpoints were changed or deleted too often within two days; wait.'],
  too_many_secrets: [
    409,
    'Too many secrets are still signing; wait until an overlap ends, or rotate without one.',
  ],
  rotation_repeated: [
    409,
    'This rotation was done before; its secret cannot be shown again; use another rotationId.',
  ],
  rotation_conflict: [
    409,
    'This rotation was done before with another overlapSeconds; use another rotationId.',
  ],
  merchant_erased: [410, 'A merchant with this id was erased; the id is never used again.'],
  body_too_large: [413, 'The body is too large.'],
  unsupported_media_type: [415, 'The body must be application/json in UTF-8, not compressed.'],
  too_many_tests: [
    429,
    'The endpoint is being tested, or was tested a moment ago; try again after Retry-After.',
  ],
  too_many_queries: [
    429,
    'The merchant has the maximum number of large queries running; try again after Retry-After.',
  ],
  internal: [500, 'The service failed unexpectedly.'],
  unreadable_row: [
    500,
    'A stored row cannot be read, so the request cannot be answered; operators were alerted.',
  ],
  clock_skew: [503, 'The clock of this server is off, so it cannot set timestamps; try again.'],
  unavailable: [503, 'A part of the service is unavailable; try again.'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface FieldError {
  /** A JSON pointer (RFC 6901) into the body; `/query/…` and `/path/…` name parameters. */
  readonly pointer: string;
  readonly code: ProblemCode;
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

/** The problem takes the code of its first field error, so that clients rarely need to read `errors`. */
export function codeOf(errors: readonly FieldError[]): ProblemCode {
  return errors[0]?.code ?? 'invalid_request';
}

/** Maps every issue of a schema to a pointer and a stable code. At most `MAX_ERRORS`. */
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

/** Maximum errors in one answer: enough to fix a request without a huge answer. */
export const MAX_ERRORS = 20;

function issueCode(issue: z.core.$ZodIssue, input: unknown): ProblemCode {
  const absent = valueAt(input, issue.path) === undefined;
  if (absent && issue.path.length > 0) return 'missing_field';
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
