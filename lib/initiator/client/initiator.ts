import { waitMs } from '../../protocol/http/repeating.ts';
import type { ServiceRequest } from '../../protocol/http/transport.ts';
import { ACCESS_KEY } from '../../protocol/id-forms.ts';
import { type Machine, system } from '../../protocol/runtime/machine.ts';
import {
  formProblem,
  functionProblem,
  integerProblem,
  LONGEST_WAIT_MS,
  machineProblems,
  optionsProblem,
  serviceUrlProblem,
} from '../../protocol/runtime/option-rules.ts';
import { assertOptions, invalidFields, invalidOption } from '../fault.ts';
import {
  checkKey,
  INVALID_TRANSACTION_ID,
  isMerchantId,
  isTransactionId,
  type MerchantId,
  type TransactionId,
  type TransactionKey,
} from '../ids.ts';
import type { OutcomeContent } from '../recorded-outcome.ts';
import {
  type BatchResult,
  batchResults,
  type RecordResult,
  recordResult,
  type Transaction,
  transactionOf,
} from './answers.ts';
import { type Encoded, encode, slices } from './batches.ts';
import { type ApiAnswer, type Caller, call } from './calling.ts';

export interface InitiatorOptions {
  /** Base URL of the service's API: https, or http to this machine. */
  readonly baseUrl: string;
  /** Access key `tk_…` with scope `initiator`. */
  readonly key: string;
  /** Milliseconds for one whole request; default: 10,000. */
  readonly timeoutMs?: number;
  /** Maximum number of requests per call; default: 5. */
  readonly maxTries?: number;
  /** Milliseconds after which a call is no longer repeated; default: 60,000. */
  readonly deadlineMs?: number;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Clock, randomness and waiting, for tests. */
  readonly machine?: Machine;
}

export type OutcomeToRecord = TransactionKey & OutcomeContent;
export type BatchItem = { readonly transactionId: TransactionId } & OutcomeContent;

export interface CallOptions {
  /** Ends the call early. A request in flight may or may not have taken effect; it is safe to repeat. */
  readonly signal?: AbortSignal;
}

/**
 * Records how transactions ended. Every call retries with the same content until it is answered, tries are used up or the
 * deadline has passed. Every call is safe for the caller to repeat any number of times.
 */
export interface Initiator {
  /**
   * Records one outcome.
   *
   * @throws InitiatorFault if it is unknown whether the outcome was recorded (`retryable`), or it cannot be recorded
   * @example await initiator.record({ merchantId, transactionId: transactionId('pay_1'), transactionType: 'payment',
   *   status: 'SUCCEEDED', amount: 1999, currency: 'CNY', occurredAt: '2026-11-20T08:00:00Z' });
   */
  record(outcome: OutcomeToRecord, options?: CallOptions): Promise<RecordResult>;
  /**
   * Records any number of outcomes of one merchant, up to 100 per request, one request after the other. Each outcome
   * succeeds or fails on its own. Outcomes of one transaction are recorded in their order.
   *
   * @returns one result per outcome, in order
   * @throws InitiatorFault if a whole request failed. Outcomes of earlier requests are recorded; repeating the call
   * returns `unchanged` for them
   */
  recordBatch(
    batch: { readonly merchantId: MerchantId; readonly outcomes: readonly BatchItem[] },
    options?: CallOptions,
  ): Promise<readonly BatchResult[]>;
  /** Reads a transaction, strongly consistent; undefined if it does not exist. */
  readBack(key: TransactionKey, options?: CallOptions): Promise<Transaction | undefined>;
}

/**
 * @throws InitiatorFault `invalid_option`
 * @example const initiator = createInitiator({ baseUrl: 'https://tidings.example', key: process.env.TIDINGS_KEY });
 */
export function createInitiator(options: InitiatorOptions): Initiator {
  const caller = callerOf(options);
  return {
    async record(outcome, { signal } = {}) {
      const stated = statedOf(outcome);
      const { merchantId, transactionId, ...content } = stated;
      const path = pathOf({ merchantId, transactionId });
      const request: ServiceRequest = { method: 'PUT', path, body: JSON.stringify(content) };
      return call(caller, { request, signal, read: (answer) => recordResult(request, answer, stated) });
    },

    async recordBatch(batch, { signal } = {}) {
      assertOptions([optionsProblem('recordBatch', batch)]);
      const { merchantId, outcomes } = batch;
      if (!isMerchantId(merchantId)) throw invalidOption('merchantId is not a valid id.');
      if (!Array.isArray(outcomes)) throw invalidOption('outcomes must be an array.');
      return recordAll(caller, { merchantId, outcomes, signal });
    },

    async readBack(key, { signal } = {}) {
      const request: ServiceRequest = { method: 'GET', path: pathOf(key) };
      return call(caller, { request, signal, read: (answer) => transactionOf(request, answer, key) });
    },
  };
}

function pathOf(key: TransactionKey): string {
  checkKey(key);
  return `/v1/merchants/${key.merchantId}/transactions/${encodeURIComponent(key.transactionId)}`;
}

/** The outcome as it is sent. @throws InitiatorFault if JSON would change it */
function statedOf(outcome: OutcomeToRecord): OutcomeToRecord {
  const encoded = encode(outcome);
  if (!encoded.ok) throw invalidFields('The outcome cannot be recorded', encoded.errors);
  return encoded.content as unknown as OutcomeToRecord;
}

function encodeItem(outcome: unknown): Encoded {
  const encoded = encode(outcome);
  if (!encoded.ok || isTransactionId(encoded.content.transactionId)) return encoded;
  return { ok: false, errors: [INVALID_TRANSACTION_ID] };
}

/** Records a batch in rounds. Each round repeats only the outcomes that could not be recorded in the round before. */
async function recordAll(
  caller: Caller,
  batch: {
    readonly merchantId: MerchantId;
    readonly outcomes: readonly BatchItem[];
    readonly signal: AbortSignal | undefined;
  },
): Promise<readonly BatchResult[]> {
  const { merchantId, outcomes, signal } = batch;
  const { machine } = caller;
  const results = new Array<BatchResult>(outcomes.length);
  let waiting = new Map<number, string>();
  const ids = new Map<number, TransactionId>();
  for (const [index, outcome] of outcomes.entries()) {
    const encoded = encodeItem(outcome);
    if (encoded.ok) {
      waiting.set(index, encoded.text);
      ids.set(index, encoded.content.transactionId as TransactionId);
    } else results[index] = { kind: 'refused', code: encoded.errors[0].code, errors: encoded.errors };
  }
  for (let round = 1; waiting.size > 0; round += 1) {
    for (const { indexes, body } of slices(waiting)) {
      const request: ServiceRequest = {
        method: 'POST',
        path: `/v1/merchants/${merchantId}/transactions`,
        body,
      };
      const keys = indexes.map((index) => ({ merchantId, transactionId: ids.get(index) as TransactionId }));
      const read = (answer: ApiAnswer) => batchResults(request, answer, keys);
      const answered = await call(caller, { request, signal, read });
      for (const [place, index] of indexes.entries()) results[index] = answered[place] as BatchResult;
    }
    waiting = new Map([...waiting].filter(([index]) => results[index]?.kind === 'failed'));
    if (waiting.size === 0 || round >= caller.maxTries) break;
    await machine.sleep(waitMs({ failures: round }, machine.random), signal);
  }
  return results;
}

/** The longest answer of the service is a batch of 100 conflicts, each with the recorded outcome: about 2 MB. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

function callerOf(options: InitiatorOptions): Caller {
  assertOptions([optionsProblem('createInitiator', options)]);
  const { baseUrl, key, timeoutMs = 10_000, maxTries = 5, deadlineMs = 60_000 } = options;
  const { fetch = globalThis.fetch, machine = system } = options;
  assertOptions([
    serviceUrlProblem('baseUrl', baseUrl),
    // Messages never contain the key, because they end up in logs.
    formProblem('key', key, { pattern: ACCESS_KEY, form: 'of the form tk_<id>_<secret>' }),
    integerProblem('timeoutMs', timeoutMs, { min: 1, max: LONGEST_WAIT_MS }),
    integerProblem('maxTries', maxTries, { min: 1 }),
    integerProblem('deadlineMs', deadlineMs, { min: 1 }),
    functionProblem('fetch', fetch),
    ...machineProblems(machine),
  ]);
  const connection = {
    baseUrl: new URL(baseUrl).href.replace(/\/+$/, ''),
    headers: { accept: 'application/json', authorization: `Bearer ${key}` },
    timeoutMs,
    maxAnswerBytes: MAX_ANSWER_BYTES,
    fetch,
  };
  return { connection, maxTries, deadlineMs, machine };
}
