import { isObject, type JsonObject, jsonObjectOf } from '../json/json-values.ts';

/**
 * Interprets an HTTP answer. Only a problem of the service itself, with its content type and a known code, is final. A
 * proxy or a gateway may answer with any status; then it is unknown whether the request took effect.
 */

/** An answer as received, with its whole body. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: Uint8Array;
}

export type ServiceAnswer =
  /** A 2xx with the service's content type. The reader must check that it answers the request. */
  | { readonly kind: 'content'; readonly json: JsonObject }
  /** A problem of the service itself. The same request would be refused again. */
  | { readonly kind: 'refused'; readonly problem: AnswerProblem; readonly json: JsonObject }
  /** Anything else: the effect is unknown, so the request may be repeated. `why` names the status. */
  | { readonly kind: 'unclear'; readonly code: string; readonly why: string };

/** The fields that are read of a problem (RFC 9457). */
interface AnswerProblem {
  readonly code: string;
  readonly title?: string;
  /** What to do about this request, for people. */
  readonly detail?: string;
  readonly errors: readonly AnswerError[];
}

interface AnswerError {
  readonly pointer: string;
  readonly code: string;
  readonly detail?: string;
}

/** Statuses that mean "not now", from any sender and with any code. */
const TRANSIENT_STATUSES = new Set([408, 425, 429]);

/** Final codes of the service. An unlisted code may come from a later version, so it is not final. */
const FINAL_CODES = new Set(
  `malformed_json invalid_utf8 malformed_request unexpected_content duplicate_key inexact_number
  forbidden_key too_deep invalid_request unknown_field unknown_parameter repeated_parameter missing_field
  invalid_type invalid_value invalid_text invalid_id invalid_status invalid_amount unknown_currency
  invalid_date date_in_past outlives_key invalid_reference invalid_type_name reserved_type invalid_event_type
  invalid_schedule unknown_time_zone invalid_scope invalid_range unaligned_time range_too_long
  answer_too_large duplicate_row wrong_bucket beyond_retention in_future invalid_cursor cursor_expired
  exclusive_parameters too_long too_many_headers invalid_header reserved_header duplicate_header check_back_not_pending feed_shards_shrink invalid_url url_too_long
  https_required port_refused fragment_in_url credentials_in_url address_refused missing_key invalid_key
  insufficient_scope not_found method_not_allowed unknown_merchant not_erased unknown_transaction unknown_version
  unknown_notification unknown_statement unknown_job unknown_endpoint unknown_key not_unresolved
  outcome_conflict not_terminal outcome_mismatch window_not_closed window_too_large window_in_doubt
  too_many_differences range_too_large confirmation_required statement_not_ready merchant_conflict too_many_endpoints endpoint_deleted
  header_values_required unknown_record too_many_keys too_many_jobs too_many_changes too_many_secrets
  rotation_repeated rotation_conflict body_too_large
  unsupported_media_type merchant_erased`.split(/\s+/),
);

/** Whether a code of the service, in a problem or in an item of a batch, is final. */
export function isFinalCode(code: string): boolean {
  return FINAL_CODES.has(code);
}

/** @example readServiceAnswer({ status: 404, headers, body }) // a proxy's page: { kind: 'unclear', … } */
export function readServiceAnswer({ status, headers, body }: HttpAnswer): ServiceAnswer {
  const type = mediaTypeOf(headers.get('content-type'));
  const json =
    type === 'application/json' || type === 'application/problem+json' ? jsonObjectOf(body) : undefined;
  const isSuccess = status >= 200 && status < 300;
  if (isSuccess && type === 'application/json' && json !== undefined) return { kind: 'content', json };
  const problem = type === 'application/problem+json' ? problemOf(json) : undefined;
  // A problem repeats its status. If the two differ, something on the way changed one, and neither is trusted.
  const isWhole = json?.status === undefined || json.status === status;
  const isRefusal = status >= 400 && status < 500 && !TRANSIENT_STATUSES.has(status);
  if (json !== undefined && problem !== undefined && isRefusal && isWhole && isFinalCode(problem.code)) {
    return { kind: 'refused', problem, json };
  }
  const what = [type ?? 'no content type', ...(problem === undefined ? [] : [problem.code])].join(', ');
  return { kind: 'unclear', code: codeOf(status, problem), why: `status ${status} (${what})` };
}

/** Reads a problem from an object; undefined if it has no code. */
export function problemOf(json: unknown): AnswerProblem | undefined {
  if (!isObject(json) || typeof json.code !== 'string') return undefined;
  const { code, title, detail, errors } = json;
  return {
    code,
    ...(typeof title === 'string' && { title }),
    ...(typeof detail === 'string' && { detail }),
    errors: Array.isArray(errors) ? errors.flatMap(fieldErrorOf) : [],
  };
}

function codeOf(status: number, problem: AnswerProblem | undefined): string {
  const isTransient = status >= 500 || TRANSIENT_STATUSES.has(status);
  if (isTransient && problem !== undefined && !isFinalCode(problem.code)) return problem.code;
  if (status === 429) return 'throttled';
  return isTransient ? 'unavailable' : 'unexpected_answer';
}

function mediaTypeOf(contentType: string | null): string | undefined {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() || undefined;
}

function fieldErrorOf(value: unknown): readonly AnswerError[] {
  if (!isObject(value) || typeof value.pointer !== 'string' || typeof value.code !== 'string') return [];
  const { pointer, code, detail } = value;
  return [{ pointer, code, ...(typeof detail === 'string' && { detail }) }];
}
