import { BOUND_FIELDS } from '../../protocol/content/content-equality.ts';
import type { NotificationState } from '../../protocol/contract-words.ts';
import { isFinalCode, problemOf } from '../../protocol/http/service-answer.ts';
import type { ServiceRequest } from '../../protocol/http/transport.ts';
import { isObject } from '../../protocol/json/json-values.ts';
import type { FieldError } from '../fault.ts';
import type { TransactionKey } from '../ids.ts';
import { isRecordedOutcome, type OutcomeContent, type RecordedOutcome } from '../recorded-outcome.ts';
import { type ApiAnswer, faultOf, unexpectedAnswer } from './calling.ts';

/** The result of recording one outcome. A conflict is a value: the transaction already ended differently. */
export type RecordResult =
  /** `unchanged`: the same content was recorded before, possibly by an earlier try whose answer was lost. */
  { readonly kind: 'created' | 'unchanged'; readonly outcome: RecordedOutcome } | OutcomeRefusal;

/** A recorded outcome contradicts this one. Nothing was written. */
export interface OutcomeRefusal {
  /** `outcome_mismatch`: it contradicts its PENDING. */
  readonly kind: 'outcome_conflict' | 'outcome_mismatch';
  readonly current: RecordedOutcome;
  /** The fields that differ from `current`. */
  readonly fields: readonly string[];
}

/** The result of one outcome of a batch, at the same index as the outcome. */
export type BatchResult =
  | { readonly kind: 'created' | 'unchanged' }
  | OutcomeRefusal
  /** This outcome can never be recorded in its current form. */
  | { readonly kind: 'refused'; readonly code: string; readonly errors: readonly FieldError[] }
  /** It is unknown whether this outcome was recorded, or all tries failed. Record it again. */
  | { readonly kind: 'failed'; readonly code: string };

/** The fields of the sent outcome that an answer repeats. */
type Stated = TransactionKey & Pick<OutcomeContent, 'status' | 'occurredAt' | (typeof BOUND_FIELDS)[number]>;

export function recordResult(request: ServiceRequest, answer: ApiAnswer, stated: Stated): RecordResult {
  const { statusCode, parsed } = answer;
  if (parsed.kind === 'refused') return refusedOutcome(request, answer, stated);
  const { json } = parsed;
  if ((statusCode !== 201 && statusCode !== 200) || !isOutcomeOf(json, stated) || !repeats(json, stated)) {
    throw unexpectedAnswer(request, statusCode);
  }
  return { kind: statusCode === 201 ? 'created' : 'unchanged', outcome: json };
}

function refusedOutcome(request: ServiceRequest, answer: ApiAnswer, key: TransactionKey): OutcomeRefusal {
  const { statusCode, parsed } = answer;
  const refusal = statusCode === 409 ? refusalOf(parsed.json, key) : undefined;
  if (refusal !== undefined) return refusal;
  // Do not trust a conflict that lacks the recorded outcome or shows another transaction.
  if (isConflict(parsed.json.code)) throw unexpectedAnswer(request, statusCode);
  throw faultOf(request, answer);
}

function isOutcomeOf(value: unknown, key: TransactionKey): value is RecordedOutcome {
  return (
    isRecordedOutcome(value) &&
    value.merchantId === key.merchantId &&
    value.transactionId === key.transactionId
  );
}

/** Whether the outcome in an answer is the one that was sent. An answer about another version is not accepted. */
function repeats(outcome: RecordedOutcome, stated: Stated): boolean {
  const isSameTime = Date.parse(outcome.occurredAt) === Date.parse(stated.occurredAt);
  const isFirst = stated.status !== 'PENDING' || outcome.version === 1;
  const isSame = (['status', ...BOUND_FIELDS] as const).every((name) => outcome[name] === stated[name]);
  return isSameTime && isFirst && isSame;
}

function isConflict(code: unknown): code is OutcomeRefusal['kind'] {
  return code === 'outcome_conflict' || code === 'outcome_mismatch';
}

function refusalOf(json: unknown, key: TransactionKey): OutcomeRefusal | undefined {
  const { code, errors = [] } = problemOf(json) ?? {};
  const current = isObject(json) ? json.current : undefined;
  if (!isOutcomeOf(current, key)) return undefined;
  if (!isConflict(code)) return undefined;
  return { kind: code, current, fields: errors.map(({ pointer }) => pointer.slice(1)) };
}

/** The results of one batch request, in the order of `keys`. */
export function batchResults(
  request: ServiceRequest,
  answer: ApiAnswer,
  keys: readonly TransactionKey[],
): readonly BatchResult[] {
  const { statusCode, parsed } = answer;
  if (parsed.kind === 'refused') throw faultOf(request, answer);
  const results = statusCode === 200 && Array.isArray(parsed.json.results) ? parsed.json.results : [];
  if (results.length !== keys.length) throw unexpectedAnswer(request, statusCode);
  return keys.map((key, index) => {
    const result = itemResult(results[index], key);
    if (result === undefined) throw unexpectedAnswer(request, statusCode);
    return result;
  });
}

/** Undefined if the item is not a result of this transaction. Then the order of all other results is in doubt, too. */
function itemResult(item: unknown, key: TransactionKey): BatchResult | undefined {
  if (!isObject(item) || item.transactionId !== key.transactionId) return undefined;
  const problem = problemOf(item);
  if (problem === undefined) {
    return item.result === 'created' || item.result === 'unchanged' ? { kind: item.result } : undefined;
  }
  const { code, errors } = problem;
  if (item.result !== undefined) return undefined;
  if (isConflict(code)) return refusalOf(item, key);
  return isFinalCode(code) ? { kind: 'refused', code, errors } : { kind: 'failed', code };
}

/** A transaction as read back: its last outcome, all versions, and the state of its notifications. */
export interface Transaction extends RecordedOutcome {
  readonly outcomes: readonly Pick<
    RecordedOutcome,
    'version' | 'status' | 'reason' | 'occurredAt' | 'recordedAt' | 'listedAt'
  >[];
  readonly notifications: readonly Notification[];
  /** If it was PENDING: how the service asks for its end. */
  readonly checkBack?: {
    readonly state: 'waiting' | 'resolved' | 'unresolved';
    /** The last requests that brought no end. */
    readonly attempts: readonly Question[];
    readonly nextAttemptAt?: string;
  };
}

/** One request of the service to the initiator. */
export interface Question {
  readonly number: number;
  readonly at: string;
  readonly durationMs: number;
  readonly statusCode?: number;
  /** The answer, or why there was none: a stable code. */
  readonly result: string;
  readonly detail?: string;
}

/** Delivery of one terminal outcome to one endpoint. */
export interface Notification {
  readonly notificationId: string;
  readonly endpointId: string;
  readonly version: number;
  readonly state: NotificationState;
  readonly attempts: readonly {
    readonly number: number;
    readonly at: string;
    readonly durationMs: number;
    readonly statusCode?: number;
    readonly error?: string;
    /** What exactly failed: which TLS fault, which DNS answer. */
    readonly detail?: string;
    readonly responseSnippet?: string;
  }[];
  readonly nextAttemptAt?: string;
}

/** Undefined only if the API itself says that the transaction does not exist. A 404 for a wrong path does not count. */
export function transactionOf(
  request: ServiceRequest,
  answer: ApiAnswer,
  key: TransactionKey,
): Transaction | undefined {
  const { statusCode, parsed } = answer;
  if (parsed.kind === 'refused') {
    if (statusCode === 404 && parsed.problem.code === 'unknown_transaction') return undefined;
    throw faultOf(request, answer);
  }
  const { json } = parsed;
  const isWhole = Array.isArray(json.outcomes) && Array.isArray(json.notifications);
  if (statusCode !== 200 || !isWhole || !isOutcomeOf(json, key)) throw unexpectedAnswer(request, statusCode);
  return json as unknown as Transaction;
}
