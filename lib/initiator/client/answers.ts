import { BOUND_FIELDS } from '../../protocol/content/content-equality.ts';
import { isFinalCode, problemOf } from '../../protocol/http/service-answer.ts';
import type { ServiceRequest } from '../../protocol/http/transport.ts';
import { isObject } from '../../protocol/json/json-values.ts';
import type { FieldError } from '../fault.ts';
import type { TransactionKey } from '../ids.ts';
import { isRecordedOutcome, type OutcomeContent, type RecordedOutcome } from '../outcome.ts';
import { type ApiAnswer, faultOf, unexpectedAnswer } from './calling.ts';

/** What came of recording one outcome. A conflict is an answer: somebody ended the transaction otherwise. */
export type RecordResult =
  /** `unchanged`: the same content stood already; also where an answer was lost and the request repeated. */
  { readonly kind: 'created' | 'unchanged'; readonly outcome: RecordedOutcome } | OutcomeRefusal;

/** What stands already forbids this outcome; nothing was written. */
export type OutcomeRefusal =
  | { readonly kind: 'outcome_conflict'; readonly current: RecordedOutcome }
  /** The end contradicts its PENDING in `fields`. */
  | {
      readonly kind: 'outcome_mismatch';
      readonly current: RecordedOutcome;
      readonly fields: readonly string[];
    };

/** The result at the same place as its outcome in what was given. */
export type BatchResult =
  | { readonly kind: 'created' | 'unchanged' }
  | OutcomeRefusal
  /** This one can never be recorded as it is. */
  | { readonly kind: 'refused'; readonly code: string; readonly errors: readonly FieldError[] }
  /** Nobody knows of this one, or it could not be recorded now, however often it was tried; give it again. */
  | { readonly kind: 'failed'; readonly code: string };

/** What was stated of the transaction, as far as an answer repeats it. */
type Stated = TransactionKey & Pick<OutcomeContent, 'status' | 'occurredAt' | (typeof BOUND_FIELDS)[number]>;

export function recordResult(request: ServiceRequest, answer: ApiAnswer, stated: Stated): RecordResult {
  const { statusCode, says } = answer;
  if (says.kind === 'refused') return standingOf(request, answer, stated);
  const { json } = says;
  if ((statusCode !== 201 && statusCode !== 200) || !isOutcomeOf(json, stated) || !repeats(json, stated)) {
    throw unexpectedAnswer(request, statusCode);
  }
  return { kind: statusCode === 201 ? 'created' : 'unchanged', outcome: json };
}

function standingOf(request: ServiceRequest, answer: ApiAnswer, key: TransactionKey): OutcomeRefusal {
  const { statusCode, says } = answer;
  const refusal = statusCode === 409 ? refusalOf(says.json, key) : undefined;
  if (refusal !== undefined) return refusal;
  // A conflict that does not show what stands, or shows another transaction, is not believed.
  if (isConflict(says.json.code)) throw unexpectedAnswer(request, statusCode);
  throw faultOf(request, answer);
}

function isOutcomeOf(value: unknown, key: TransactionKey): value is RecordedOutcome {
  return (
    isRecordedOutcome(value) &&
    value.merchantId === key.merchantId &&
    value.transactionId === key.transactionId
  );
}

/** Whether what is said to stand is what was stated: an answer about another version is none. */
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
  if (code === 'outcome_conflict') return { kind: code, current };
  if (code !== 'outcome_mismatch') return undefined;
  return { kind: code, current, fields: errors.map(({ pointer }) => pointer.slice(1)) };
}

/** The results of one batch request, in the order of `keys`. */
export function batchResults(
  request: ServiceRequest,
  answer: ApiAnswer,
  keys: readonly TransactionKey[],
): readonly BatchResult[] {
  const { statusCode, says } = answer;
  if (says.kind === 'refused') throw faultOf(request, answer);
  const results = statusCode === 200 && Array.isArray(says.json.results) ? says.json.results : [];
  if (results.length !== keys.length) throw unexpectedAnswer(request, statusCode);
  return keys.map((key, index) => {
    const result = itemResult(results[index], key);
    if (result === undefined) throw unexpectedAnswer(request, statusCode);
    return result;
  });
}

/** Undefined where it is no result of this transaction: then the places of all others are in doubt, too. */
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

/** A transaction as it is read back: its last outcome, every version, and how the telling goes. */
export interface Transaction extends RecordedOutcome {
  readonly outcomes: readonly Pick<
    RecordedOutcome,
    'version' | 'status' | 'reason' | 'occurredAt' | 'recordedAt' | 'listedAt'
  >[];
  readonly notifications: readonly Notification[];
}

/** One terminal outcome for one endpoint. */
export interface Notification {
  readonly notificationId: string;
  readonly endpointId: string;
  readonly version: number;
  readonly state: 'pending' | 'retrying' | 'delivered' | 'exhausted' | 'acknowledged' | 'blocked';
  readonly attempts: readonly {
    readonly number: number;
    readonly at: string;
    readonly durationMs: number;
    readonly statusCode?: number;
    readonly error?: string;
    readonly responseSnippet?: string;
  }[];
  readonly nextAttemptAt?: string;
}

/** Undefined only where the API itself says that there is no such transaction: a wrong path says nothing of it. */
export function transactionOf(
  request: ServiceRequest,
  answer: ApiAnswer,
  key: TransactionKey,
): Transaction | undefined {
  const { statusCode, says } = answer;
  if (says.kind === 'refused') {
    if (statusCode === 404 && says.problem.code === 'unknown_transaction') return undefined;
    throw faultOf(request, answer);
  }
  const { json } = says;
  const isWhole = Array.isArray(json.outcomes) && Array.isArray(json.notifications);
  if (statusCode !== 200 || !isWhole || !isOutcomeOf(json, key)) throw unexpectedAnswer(request, statusCode);
  return json as unknown as Transaction;
}
