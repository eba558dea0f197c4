import type { KeyObject } from 'node:crypto';
import { jsonAnswer, methodRefusal, type RawRequest } from '../../protocol/http/host-handling.ts';
import { isObject, jsonOf } from '../../protocol/json/json-values.ts';
import type { Clock } from '../../protocol/runtime/clock.ts';
import { system } from '../../protocol/runtime/machine.ts';
import { notify } from '../../protocol/runtime/observers.ts';
import {
  functionProblem,
  functionsProblem,
  integerProblem,
  LONGEST_WAIT_MS,
  optionsProblem,
} from '../../protocol/runtime/option-rules.ts';
import {
  isSigned,
  readSignatureHeaders,
  type SignatureHeaders,
  TOLERANCE_SECONDS,
  timeRefusal,
} from '../../protocol/signing/signature-check.ts';
import { assertOptions, InitiatorFault, invalidOption } from '../fault.ts';
import { isMerchantId, isTransactionId, type MerchantId, type TransactionKey } from '../ids.ts';
import { type CheckBackAnswer, endOfTransaction } from './end-of-transaction.ts';
import { fixedPublicKeys, type PublicKeys } from './public-keys.ts';
import { Refusal } from './refusal.ts';

/** The service's question about a transaction that was announced as PENDING and has no terminal outcome yet. */
export interface Check extends TransactionKey {
  /** Number of this check, from 1. */
  readonly attempt: number;
}

export interface CheckBackOptions {
  /** The service's `whpk_…`, several during a rotation, or {@link publishedKeys}. */
  readonly publicKeys: string | readonly string[] | PublicKeys;
  /**
   * The merchants that this handler answers for (tenant isolation). `*` means all; then `lookUp` must distinguish
   * merchants itself. Any initiator of the service may register this URL for its own merchants, and the service signs
   * those checks with the same key. If such a transaction has the same id as one of yours, the check must neither reveal
   * your transaction nor roll it back.
   */
  readonly merchantIds: readonly string[] | '*';
  /**
   * Looks up the state of the transaction. If it throws, the answer is 503 and the service asks again. Never return
   * `unknown` for a temporary failure: `unknown` may end the transaction as FAILED.
   */
  readonly lookUp: (check: Check) => CheckBackAnswer | Promise<CheckBackAnswer>;
  /** Time limit of `lookUp` in milliseconds, below the 10 s that the service waits; default: 8,000. */
  readonly timeoutMs?: number;
  /**
   * Called for each request without a regular answer: refused because it is not a check of the service (an
   * `InitiatorFault` with the code of the answer), or failed here. Its errors are ignored, and nothing waits for it if it is `async`. Default: failures
   * (5xx) are written to standard error.
   */
  readonly onError?: (error: unknown) => void;
  readonly clock?: Clock;
}

/** A check as received, in the same form for every host. */
export type CheckRequest = RawRequest;

export interface CheckResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface CheckBackHandler {
  (request: CheckRequest): Promise<CheckResponse>;
  /** Called by the adapters for requests that they refuse. */
  readonly onRefused?: (error: unknown) => void;
}

/** Maximum size of a check in bytes. A check has three short fields. */
export const MAX_CHECK_BYTES = 16 * 1024;

/**
 * Creates a handler for the service's checks. It verifies the check, looks up the transaction and answers: 200 with its
 * state, 404 `UNKNOWN` if `lookUp` returns `unknown`, 4xx if the request is not a check of the service, and 503 for every
 * failure here.
 *
 * @throws InitiatorFault `invalid_option`
 * @example
 * const lookUp = ({ transactionId }) => orders.endOf(transactionId);
 * const publicKeys = publishedKeys({ baseUrl });
 * const answerChecks = createCheckBackHandler({ publicKeys, merchantIds: ['demo'], lookUp });
 * createServer(toNodeHandler(answerChecks)).listen(4700);
 */
export function createCheckBackHandler(options: CheckBackOptions): CheckBackHandler {
  assertOptions([optionsProblem('createCheckBackHandler', options)]);
  const { clock = system.clock, lookUp, onError = logFailure, timeoutMs = 8_000 } = options;
  assertOptions([
    functionProblem('lookUp', lookUp),
    functionProblem('onError', onError),
    functionsProblem('clock', clock, ['now']),
    integerProblem('timeoutMs', timeoutMs, { min: 1, max: LONGEST_WAIT_MS }),
  ]);
  const publicKeys = publicKeysOf(options.publicKeys);
  const isServedMerchant = merchantFilter(options.merchantIds);
  const onRefused = (error: unknown) => notify(onError, error);
  const answer: CheckBackHandler = async (request) => {
    try {
      const check = await verified(request, { publicKeys, nowMs: clock.now() });
      if (!isServedMerchant(check.merchantId)) {
        throw new Refusal('foreign_merchant', `merchantIds does not name merchant ${check.merchantId}.`);
      }
      return answerOf(await within(timeoutMs, () => lookUp(check)));
    } catch (error) {
      onRefused(error);
      if (error instanceof Refusal) return jsonAnswer(error.status, { code: error.code });
      // A failure says nothing about the transaction: not 404, so that the service asks again.
      return jsonAnswer(503, { code: error instanceof InitiatorFault ? error.code : 'unavailable' });
    }
  };
  // The adapters refuse some requests before they reach this handler. These are reported to `onError`, too.
  return Object.assign(answer, { onRefused });
}

/** The default `onError`: ignores refused requests (4xx), and writes failures (5xx) to standard error. */
export function logFailure(error: unknown): void {
  if (!(error instanceof Refusal) || error.status >= 500) console.error(error);
}

function publicKeysOf(given: CheckBackOptions['publicKeys']): PublicKeys {
  const isSource = typeof given === 'object' && given !== null && 'get' in given;
  if (!isSource) return fixedPublicKeys(given);
  assertOptions([functionsProblem('publicKeys', given, ['get'])]);
  return given;
}

function merchantFilter(merchantIds: CheckBackOptions['merchantIds']): (merchantId: MerchantId) => boolean {
  if (merchantIds === '*') return () => true;
  if (!Array.isArray(merchantIds) || merchantIds.length === 0 || !merchantIds.every(isMerchantId)) {
    throw invalidOption("merchantIds must be '*' or a list of valid merchant ids.");
  }
  const served = new Set<string>(merchantIds);
  return (merchantId) => served.has(merchantId);
}

/**
 * @throws Refusal if the request is not a check of the service
 * @throws InitiatorFault `unavailable` if the keys cannot be fetched; this is not a refusal
 */
async function verified(
  { method, headers, body }: CheckRequest,
  { publicKeys, nowMs }: { readonly publicKeys: PublicKeys; readonly nowMs: number },
): Promise<Check> {
  const refusal = methodRefusal(method, 'Checks');
  if (refusal !== undefined) throw new Refusal(refusal.code, refusal.message);
  if (body.byteLength > MAX_CHECK_BYTES) {
    throw new Refusal('body_too_large', `The body is larger than ${MAX_CHECK_BYTES} bytes.`);
  }
  const signed = readSignatureHeaders(headers);
  if (!signed.ok) throw new Refusal(signed.code, signed.message);
  const late = timeRefusal(signed, { nowMs, toleranceSeconds: TOLERANCE_SECONDS });
  if (late !== undefined) throw new Refusal(late.code, late.message);
  if (!(await isSignedByService(signed, body, publicKeys))) {
    const why = 'No v1a signature matches a public key. Was the body changed, or are publicKeys out of date?';
    throw new Refusal('signature_mismatch', why);
  }
  const check = checkOf(body);
  if (check === undefined) throw new Refusal('malformed_body', 'The signed content is not a check.');
  return check;
}

async function isSignedByService(
  signed: SignatureHeaders,
  body: Uint8Array,
  publicKeys: PublicKeys,
): Promise<boolean> {
  const isSignedByOneOf = (keys: readonly KeyObject[]) =>
    isSigned(
      signed,
      body,
      keys.map((key) => ({ scheme: 'v1a', key })),
    );
  if (isSignedByOneOf(await publicKeys.get({ isStale: false }))) return true;
  // The service may have rotated its key since the last fetch.
  return isSignedByOneOf(await publicKeys.get({ isStale: true }));
}

/** Reads a check; undefined if it is malformed. Unknown fields are ignored. */
function checkOf(body: Uint8Array): Check | undefined {
  const value = jsonOf(body);
  if (!isObject(value)) return undefined;
  const { merchantId, transactionId, attempt } = value;
  if (!isMerchantId(merchantId) || !isTransactionId(transactionId)) return undefined;
  return typeof attempt === 'number' && Number.isSafeInteger(attempt) && attempt >= 1
    ? { merchantId, transactionId, attempt }
    : undefined;
}

/** Runs `work` with a time limit, because the service stops waiting and would not see a later answer. */
async function within<T>(timeoutMs: number, work: () => T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fault = new InitiatorFault({ code: 'timeout', message: 'lookUp took too long.' });
    timer = setTimeout(reject, timeoutMs, fault);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Converts the result of `lookUp`. Throws for an invalid one: a missing `return` must not become `unknown`. */
function answerOf(answer: CheckBackAnswer): CheckResponse {
  // The body is explicit, because a wrong path or a proxy also answers with a bare 404.
  if (answer === 'unknown') return jsonAnswer(404, { status: 'UNKNOWN' });
  if (isObject(answer) && answer.status === 'PENDING') return jsonAnswer(200, { status: 'PENDING' });
  const end = endOfTransaction(answer);
  if (end !== undefined) return jsonAnswer(200, end);
  throw new InitiatorFault({
    code: 'invalid_answer',
    message: "lookUp must return 'unknown', PENDING, or an end with status, amount, currency and occurredAt.",
  });
}
