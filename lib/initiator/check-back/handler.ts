import type { KeyObject } from 'node:crypto';
import { jsonAnswer, methodRefusal, type RawRequest } from '../../protocol/http/host-handling.ts';
import { isObject, jsonOf } from '../../protocol/json/json-values.ts';
import type { Clock } from '../../protocol/runtime/clock.ts';
import { system } from '../../protocol/runtime/machine.ts';
import {
  functionProblem,
  functionsProblem,
  integerProblem,
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
import { type CheckBackAnswer, endOfTransaction } from './check-answer.ts';
import { fixedPublicKeys, type PublicKeys } from './public-keys.ts';
import { Refusal } from './refusal.ts';

/** The service asks how a transaction ended that was announced and of which nothing was heard since. */
export interface Check extends TransactionKey {
  /** The first question is 1. */
  readonly attempt: number;
}

export interface CheckBackOptions {
  /** `whpk_…` of the service, several while it changes its key, or {@link publishedKeys}. */
  readonly publicKeys: string | readonly string[] | PublicKeys;
  /**
   * The merchants for which this handler speaks; `*` for all, where `lookUp` tells merchants apart by itself. Every
   * initiator of the service may name this URL for merchants of its own, and is asked there by the same signature:
   * a transaction of theirs that is called like one of yours must neither be told of yours nor roll it back.
   */
  readonly merchantIds: readonly string[] | '*';
  /**
   * Says what is known. What it throws becomes 503, and the service asks again: never let "I cannot tell now"
   * become `unknown`, which may end the transaction as FAILED.
   */
  readonly lookUp: (check: Check) => CheckBackAnswer | Promise<CheckBackAnswer>;
  /** Milliseconds for `lookUp`, less than the 10 s that the service waits. 8,000 unless said otherwise. */
  readonly timeoutMs?: number;
  /**
   * Told of each request that was not answered with what is known: refused as no check of the service (an
   * `InitiatorFault` with the code that is answered), or failed here. What it throws is thrown away. Without it, what
   * failed here (5xx) is written to the standard error output.
   */
  readonly onError?: (error: unknown) => void;
  readonly clock?: Clock;
}

/** A check as it came in, whatever the host. */
export type CheckRequest = RawRequest;

export interface CheckResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface CheckBackHandler {
  (request: CheckRequest): Promise<CheckResponse>;
  /** The adapters tell it of requests that they refuse. */
  readonly onRefused?: (error: unknown) => void;
}

/** Bytes of a check at most: it has three short fields. */
export const MAX_CHECK_BYTES = 16 * 1024;

/**
 * Answers the service's checks: verifies, looks up, answers. 200 with what is known, 404 `UNKNOWN` where `lookUp`
 * says so, 4xx for whatever is no check of the service, and 503 for everything that went wrong here.
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
    integerProblem('timeoutMs', timeoutMs, { min: 1 }),
  ]);
  const publicKeys = publicKeysOf(options.publicKeys);
  const isOurs = oursOf(options.merchantIds);
  const onRefused = (error: unknown) => {
    try {
      onError(error);
    } catch {
      // A broken log must not change the answer.
    }
  };
  const answer: CheckBackHandler = async (request) => {
    try {
      const check = await verified(request, { publicKeys, nowMs: clock.now() });
      if (!isOurs(check.merchantId)) {
        throw new Refusal('foreign_merchant', `merchantIds does not name merchant ${check.merchantId}.`);
      }
      return answerOf(await within(timeoutMs, () => lookUp(check)));
    } catch (error) {
      onRefused(error);
      if (error instanceof Refusal) return jsonAnswer(error.status, { code: error.code });
      // It says nothing of the transaction: not 404, so that the service asks again.
      return jsonAnswer(503, { code: error instanceof InitiatorFault ? error.code : 'unavailable' });
    }
  };
  // The adapters refuse some requests before they come here: `onError` hears of these, too.
  return Object.assign(answer, { onRefused });
}

/** Where nobody is told: strangers make no noise, and what failed here is written down. */
export function logFailure(error: unknown): void {
  if (!(error instanceof Refusal) || error.status >= 500) console.error(error);
}

function publicKeysOf(given: CheckBackOptions['publicKeys']): PublicKeys {
  const isSource = typeof given === 'object' && given !== null && 'get' in given;
  if (!isSource) return fixedPublicKeys(given);
  assertOptions([functionsProblem('publicKeys', given, ['get'])]);
  return given;
}

function oursOf(merchantIds: CheckBackOptions['merchantIds']): (merchantId: MerchantId) => boolean {
  if (merchantIds === '*') return () => true;
  if (!Array.isArray(merchantIds) || merchantIds.length === 0 || !merchantIds.every(isMerchantId)) {
    throw invalidOption('merchantIds names no merchants for which checks are answered.');
  }
  const ours = new Set<string>(merchantIds);
  return (merchantId) => ours.has(merchantId);
}

/**
 * @throws Refusal for what is no check of the service
 * @throws InitiatorFault `unavailable` where the keys cannot be had: that refuses nobody
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
    const why =
      'No v1a signature is right by any of the public keys: is the body changed, or publicKeys old?';
    throw new Refusal('signature_mismatch', why);
  }
  const check = checkOf(body);
  if (check === undefined) throw new Refusal('malformed_body', 'What was signed is no check.');
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
  // The service may have changed its key since.
  return isSignedByOneOf(await publicKeys.get({ isStale: true }));
}

/** Fields that are added some day are not looked at. */
function checkOf(body: Uint8Array): Check | undefined {
  const value = jsonOf(body);
  if (!isObject(value)) return undefined;
  const { merchantId, transactionId, attempt } = value;
  if (!isMerchantId(merchantId) || !isTransactionId(transactionId)) return undefined;
  return typeof attempt === 'number' && Number.isSafeInteger(attempt) && attempt >= 1
    ? { merchantId, transactionId, attempt }
    : undefined;
}

/** The service does not wait for ever, and what comes later is answered to nobody. */
async function within<T>(timeoutMs: number, work: () => T | Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new InitiatorFault({ code: 'timeout', message: 'lookUp took too long.' })),
    timeoutMs,
  );
  try {
    return await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** What is no answer is thrown: a forgotten `return` must not say that the transaction is unknown. */
function answerOf(answer: CheckBackAnswer): CheckResponse {
  // Said in words: a bare 404 is also what a wrong path or a proxy answers.
  if (answer === 'unknown') return jsonAnswer(404, { status: 'UNKNOWN' });
  if (isObject(answer) && answer.status === 'PENDING') return jsonAnswer(200, { status: 'PENDING' });
  const end = endOfTransaction(answer);
  if (end !== undefined) return jsonAnswer(200, end);
  throw new InitiatorFault({
    code: 'invalid_answer',
    message:
      "lookUp gave neither 'unknown', nor PENDING, nor an end with status, amount, currency, occurredAt.",
  });
}
