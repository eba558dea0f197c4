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
import { bodyOf, type Encoded, encode, type Item, slices } from './batches.ts';
import { type Caller, call } from './calling.ts';

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
   * Records any number of outcomes of one merchant, up to 100 per request, one request after the other. Each transaction
   * succeeds or fails on its own. Outcomes of one transaction are recorded in their order: none is sent while an earlier
   * one is to be repeated.
   *
   * @returns one result per outcome, in order
   * @throws InitiatorFault if a whole request failed. Outcomes of earlier requests are recorded; repeating the call
   * returns `unchanged` for them, and `outcome_conflict` for a PENDING whose end was among them
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

interface Batch {
  readonly merchantId: MerchantId;
  readonly outcomes: readonly BatchItem[];
  readonly signal: AbortSignal | undefined;
}

/** Records a batch in rounds. Each round repeats only the outcomes that could not be recorded in the round before. */
async function recordAll(caller: Caller, batch: Batch): Promise<readonly BatchResult[]> {
  const { machine } = caller;
  const results = new Array<BatchResult>(batch.outcomes.length);
  let waiting: readonly Item[] = itemsOf(batch.outcomes, results);
  for (let round = 1; waiting.length > 0; round += 1) {
    await recordRound(caller, { batch, waiting, results });
    waiting = waiting.filter(({ index }) => results[index]?.kind === 'failed');
    if (waiting.length === 0 || round >= caller.maxTries) break;
    await machine.sleep(waitMs({ failures: round }, machine.random), batch.signal);
  }
  return results;
}

/** The items to send, in order. Stores the results of those that cannot be sent. */
function itemsOf(outcomes: readonly BatchItem[], results: BatchResult[]): readonly Item[] {
  return [...outcomes.entries()].flatMap(([index, outcome]) => {
    const encoded = encodeItem(outcome);
    if (encoded.ok) {
      const transactionId = encoded.content.transactionId as TransactionId;
      return [{ index, transactionId, text: encoded.text }];
    }
    results[index] = { kind: 'refused', code: encoded.errors[0].code, errors: encoded.errors };
    return [];
  });
}

interface Round {
  readonly batch: Batch;
  readonly waiting: readonly Item[];
  /** Gets a result for each item that waits. */
  readonly results: BatchResult[];
}

/**
 * Sends each item once, in slices. After an item failed, the later slices leave out its transaction, so that its outcomes
 * are recorded in their order. What was left out has failed for the same reason.
 */
async function recordRound(caller: Caller, { batch, waiting, results }: Round): Promise<void> {
  const failed = new Map<TransactionId, BatchResult>();
  for (const slice of slices(waiting)) {
    const items = slice.filter(({ transactionId }) => !failed.has(transactionId));
    const answered = items.length === 0 ? [] : await recordSlice(caller, batch, items);
    for (const [place, { index, transactionId }] of items.entries()) {
      const result = answered[place] as BatchResult;
      results[index] = result;
      if (result.kind === 'failed' && !failed.has(transactionId)) failed.set(transactionId, result);
    }
    for (const { index, transactionId } of slice) results[index] ??= failed.get(transactionId) as BatchResult;
  }
}

function recordSlice(
  caller: Caller,
  { merchantId, signal }: Batch,
  items: readonly Item[],
): Promise<readonly BatchResult[]> {
  const path = `/v1/merchants/${merchantId}/transactions`;
  const request: ServiceRequest = { method: 'POST', path, body: bodyOf(items) };
  const keys = items.map(({ transactionId }) => ({ merchantId, transactionId }));
  return call(caller, { request, signal, read: (answer) => batchResults(request, answer, keys) });
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
