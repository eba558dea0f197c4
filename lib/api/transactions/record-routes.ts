import { outcomeData } from '../../core/deliver/attempt/callback.ts';
import { refusalIn } from '../../core/reading/json.ts';
import {
  type BatchItem,
  type BatchItemResult,
  type RecordPorts,
  type RecordResult,
  recordBatch,
  recordOutcome,
} from '../../core/record/record.ts';
import { type Route, route } from '../api-app.ts';
import { boundedErrors, codeOf, type FieldError, fieldErrors } from '../contract/field-errors.ts';
import { type Answer, answer, fieldProblem, problem } from '../contract/operation.ts';
import type { ProblemCode } from '../contract/problems.ts';
import { batchItemSchema, MAX_ECHOED_ID, recordTransaction, recordTransactions } from './record-contract.ts';

export function recordingRoutes(ports: RecordPorts): readonly Route[] {
  return [
    route(recordTransaction, async ({ params, body }) => {
      const result = await recordOutcome(ports, params, body);
      return recorded(result);
    }),

    route(recordTransactions, async ({ merchantId, body }) => {
      const items = body.transactions.map(checkItem);
      const good = items.filter((item) => item.ok);
      const results = await recordBatch(
        ports,
        merchantId,
        good.map(({ value }) => value),
      );
      if (results.some(({ kind }) => kind === 'unknown_merchant')) return problem('unknown_merchant');
      if (results.some(({ kind }) => kind === 'merchant_erased')) return problem('merchant_erased');
      const waiting = [...results];
      return answer(200, {
        results: items.map((item) =>
          item.ok ? itemResult(item.value.transactionId, waiting.shift()) : item.result,
        ),
      });
    }),
  ];
}

/** The answer for the result of recording one outcome. */
export function recorded(result: RecordResult): Answer {
  switch (result.kind) {
    case 'created':
      return answer(201, outcomeData(result.outcome));
    case 'unchanged':
      return answer(200, outcomeData(result.outcome));
    case 'unknown_merchant':
    case 'merchant_erased':
      return problem(result.kind);
    case 'refused':
      return fieldProblem(refusedField(result));
    case 'conflict':
    case 'mismatch': {
      const { code, errors, current } = contradiction(result);
      return problem(code, { errors, extra: { current } });
    }
  }
}

function refusedField({ pointer, code, detail }: Extract<RecordResult, { kind: 'refused' }>): FieldError {
  return { pointer, code, detail };
}

interface Contradiction {
  readonly code: 'outcome_conflict' | 'outcome_mismatch';
  /** One error for each field that differs from `current`. */
  readonly errors: readonly FieldError[];
  readonly current: object;
}

function contradiction(result: Extract<RecordResult, { kind: 'conflict' | 'mismatch' }>): Contradiction {
  const code = `outcome_${result.kind}` as const;
  const errors = result.fields.map((field) => ({ pointer: `/${field}`, code }));
  return { code, errors, current: outcomeData(result.current) };
}

type CheckedItem =
  | { readonly ok: true; readonly value: BatchItem }
  | { readonly ok: false; readonly result: object };

function checkItem(input: unknown): CheckedItem {
  const refusal = refusalIn(input);
  if (refusal !== undefined) return refusedItem(input, [refusal]);
  const parsed = batchItemSchema().safeParse(input);
  if (parsed.success) {
    const { transactionId, ...content } = parsed.data;
    return { ok: true, value: { transactionId, content } };
  }
  return refusedItem(input, fieldErrors(parsed.error, input));
}

function refusedItem(input: unknown, errors: readonly FieldError[]): CheckedItem {
  const given = (input as { readonly transactionId?: unknown } | null)?.transactionId;
  const isShort = typeof given === 'string' && given.length <= MAX_ECHOED_ID;
  return {
    ok: false,
    result: {
      ...(isShort && { transactionId: given }),
      code: codeOf(errors),
      errors: boundedErrors(errors),
    },
  };
}

function failureCode(code: string): ProblemCode {
  return code === 'clock_skew' || code === 'internal' ? code : 'unavailable';
}

function itemResult(transactionId: string, result: BatchItemResult | undefined): object {
  switch (result?.kind) {
    case 'created':
    case 'unchanged':
      return { transactionId, result: result.kind };
    case 'conflict':
    case 'mismatch':
      return { transactionId, ...contradiction(result) };
    case 'refused':
      return { transactionId, code: result.code, errors: [refusedField(result)] };
    case 'failed':
      return { transactionId, code: failureCode(result.code) };
    default:
      return { transactionId, code: 'internal' };
  }
}
