import { isObject, type JsonObject, jsonObjectOf } from '../json/json-values.ts';

/**
 * What an HTTP answer says. One rule: only the service's own problem, with its content type and a code that is
 * known, may say "never". A proxy, a gateway or a page answers with any status; of that nobody knows what became of
 * the request.
 */

/** An answer as it came, with its body read whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: Uint8Array;
}

export type ServiceAnswer =
  /** A 2xx of the service's content type. Whether it is about what was asked is for the reader to check. */
  | { readonly kind: 'content'; readonly json: JsonObject }
  /** The service's own problem: the same request is refused again. */
  | { readonly kind: 'refused'; readonly problem: AnswerProblem; readonly json: JsonObject }
  /** Anything else: nobody knows, so the same request may be made again. `why` names the status. */
  | { readonly kind: 'unclear'; readonly code: string; readonly why: string };

/** A problem (RFC 9457), as far as it is one. */
interface AnswerProblem {
  readonly code: string;
  readonly title?: string;
  readonly errors: readonly { readonly pointer: string; readonly code: string }[];
}

/** Statuses that say "not now", whoever says it and with whatever code. */
const PASSING_STATUSES = new Set([408, 425, 429]);

/** Codes of the service that say "never". A code that is not here may be of a later version: nobody knows. */
const FINAL_CODES = new Set(
  `malformed_json invalid_utf8 malformed_request unexpected_content duplicate_key inexact_number
  forbidden_key too_deep invalid_request unknown_field unknown_parameter repeated_parameter missing_field
  invalid_type invalid_value invalid_text invalid_id invalid_status invalid_amount unknown_currency
  invalid_date date_in_past outlives_key invalid_reference invalid_type_name invalid_event_type
  invalid_schedule unknown_time_zone invalid_scope invalid_range unaligned_time range_too_long
  answer_too_large duplicate_row wrong_bucket beyond_retention in_future invalid_cursor cursor_expired
  exclusive_parameters too_long check_back_not_pending feed_shards_shrink invalid_url url_too_long
  https_required port_refused fragment_in_url credentials_in_url address_refused missing_key invalid_key
  insufficient_scope not_found method_not_allowed unknown_merchant unknown_transaction unknown_version
  unknown_notification unknown_statement unknown_job unknown_endpoint unknown_key not_unresolved
  outcome_conflict not_terminal outcome_mismatch window_not_closed window_too_large window_in_doubt
  too_many_differences statement_not_ready merchant_conflict too_many_endpoints too_many_keys
  too_many_jobs too_many_changes too_many_secrets rotation_repeated rotation_conflict body_too_large
  unsupported_media_type`.split(/\s+/),
);

/** Whether a code of the service, in a problem or in an item of a batch, says "never". */
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
  // A problem repeats its status: where somebody changed one of them, neither is believed.
  const isWhole = json?.status === undefined || json.status === status;
  const isRefusal = status >= 400 && status < 500 && !PASSING_STATUSES.has(status);
  if (json !== undefined && problem !== undefined && isRefusal && isWhole && isFinalCode(problem.code)) {
    return { kind: 'refused', problem, json };
  }
  const what = [type ?? 'no content type', ...(problem === undefined ? [] : [problem.code])].join(', ');
  return { kind: 'unclear', code: codeOf(status, problem), why: `status ${status} (${what})` };
}

/** The problem in an object, or undefined where it has no code. */
export function problemOf(json: unknown): AnswerProblem | undefined {
  if (!isObject(json) || typeof json.code !== 'string') return undefined;
  const { code, title, errors } = json;
  return {
    code,
    ...(typeof title === 'string' && { title }),
    errors: Array.isArray(errors) ? errors.filter(isFieldError) : [],
  };
}

function codeOf(status: number, problem: AnswerProblem | undefined): string {
  const isPassing = status >= 500 || PASSING_STATUSES.has(status);
  if (isPassing && problem !== undefined && !isFinalCode(problem.code)) return problem.code;
  if (status === 429) return 'throttled';
  return isPassing ? 'unavailable' : 'unexpected_answer';
}

function mediaTypeOf(contentType: string | null): string | undefined {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() || undefined;
}

function isFieldError(value: unknown): value is AnswerProblem['errors'][number] {
  return isObject(value) && typeof value.pointer === 'string' && typeof value.code === 'string';
}
