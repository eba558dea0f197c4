import { type FieldError, InitiatorFault } from '../fault.ts';
import type { TransactionKey } from '../ids.ts';
import { isObject, isRecordedOutcome, type RecordedOutcome } from '../outcome.ts';
import { faultOf, problemOf } from './calling.ts';
import type { ApiAnswer, ApiRequest } from './exchange.ts';

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
  /** This one could not be recorded now, however often it was tried; give it again. */
  | { readonly kind: 'failed'; readonly code: string };

/** Codes of a batch item that say "not now". */
const PASSING = new Set(['unavailable', 'clock_skew', 'internal']);

export function recordResult(request: ApiRequest, answer: ApiAnswer, key: TransactionKey): RecordResult {
  const { statusCode, json } = answer;
  if (statusCode === 201 || statusCode === 200) {
    return {
      kind: statusCode === 201 ? 'created' : 'unchanged',
      outcome: outcomeOf(request, answer, json, key),
    };
  }
  if (statusCode === 409) {
    const refusal = refusalOf(json, key);
    if (refusal !== undefined) return refusal;
  }
  throw faultOf(request, answer);
}

/** An outcome of the transaction that was asked for, or a fault: an answer to something else is none. */
function outcomeOf(
  request: ApiRequest,
  answer: ApiAnswer,
  value: unknown,
  key: TransactionKey,
): RecordedOutcome {
  if (isOutcomeOf(value, key)) return value;
  throw unexpectedAnswer(request, answer);
}

function isOutcomeOf(value: unknown, key: TransactionKey): value is RecordedOutcome {
  return (
    isRecordedOutcome(value) &&
    value.merchantId === key.merchantId &&
    value.transactionId === key.transactionId
  );
}

function refusalOf(json: unknown, key: TransactionKey): OutcomeRefusal | undefined {
  const { code, errors = [] } = problemOf(json);
  const current = isObject(json) ? json.current : undefined;
  if (!isOutcomeOf(current, key)) return undefined;
  if (code === 'outcome_conflict') return { kind: code, current };
  if (code !== 'outcome_mismatch') return undefined;
  return { kind: code, current, fields: errors.map(({ pointer }) => pointer.slice(1)) };
}

/** The results of one batch request, in the order of `keys`. */
export function batchResults(
  request: ApiRequest,
  answer: ApiAnswer,
  keys: readonly TransactionKey[],
): readonly BatchResult[] {
  const { statusCode, json } = answer;
  if (statusCode !== 200) throw faultOf(request, answer);
  const results = isObject(json) && Array.isArray(json.results) ? json.results : [];
  if (results.length !== keys.length) throw unexpectedAnswer(request, answer);
  return keys.map((key, index) => {
    const result = itemResult(results[index], key);
    if (result === undefined) throw unexpectedAnswer(request, answer);
    return result;
  });
}

function itemResult(item: unknown, key: TransactionKey): BatchResult | undefined {
  if (!isObject(item)) return undefined;
  if (item.result === 'created' || item.result === 'unchanged') return { kind: item.result };
  const { code, errors = [] } = problemOf(item);
  if (code === undefined) return undefined;
  return (
    refusalOf(item, key) ?? (PASSING.has(code) ? { kind: 'failed', code } : { kind: 'refused', code, errors })
  );
}

function unexpectedAnswer(request: ApiRequest, { statusCode }: ApiAnswer): InitiatorFault {
  return new InitiatorFault({
    code: 'unexpected_answer',
    message: `${request.method} ${request.path}: the answer is not one of the API.`,
    statusCode,
  });
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
  request: ApiRequest,
  answer: ApiAnswer,
  key: TransactionKey,
): Transaction | undefined {
  const { statusCode, json } = answer;
  if (statusCode === 404 && problemOf(json).code === 'unknown_transaction') return undefined;
  if (statusCode !== 200) throw faultOf(request, answer);
  outcomeOf(request, answer, json, key);
  const { outcomes, notifications } = json as Transaction;
  if (!Array.isArray(outcomes) || !Array.isArray(notifications)) throw unexpectedAnswer(request, answer);
  return json as Transaction;
}
