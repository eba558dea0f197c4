import { instantOf } from '../../protocol/instants.ts';
import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import { functionProblem, integerProblem, optionsProblem } from '../../protocol/runtime/option-rules.ts';
import { TOLERANCE_SECONDS } from '../../protocol/signing/signature-check.ts';
import { merchantIdProblem } from '../outcome.ts';
import { type Now, systemNow } from '../pauses.ts';
import { assertOptions, ReceiverFault } from '../receiver-fault.ts';
import { answerKeys, type Secrets } from './keys.ts';
import { type SignedRequest, verifySigned } from './signed-request.ts';

/** A trusted answer of the service: signed, for this question and merchant, and recent. */
export interface VerifiedAnswer {
  readonly asOf: string;
  /** The whole body. For a problem, `code` names it: "no such transaction" is signed, too. */
  readonly content: JsonObject;
}

export interface VerifyAnswerOptions {
  /** The merchant's secret, not that of an endpoint. Several during a rotation. */
  readonly merchantSecrets: Secrets;
  readonly merchantId: string;
  /** Maximum clock difference to the service in seconds, in either direction; default: 300. */
  readonly toleranceSeconds?: number;
  /** Maximum age of `asOf` in seconds; default: 600. The `asOf` of lists lags behind by the feed lag. */
  readonly maxAgeSeconds?: number;
  /** Current time in milliseconds since 1970; default: the system clock. */
  readonly now?: Now;
}

/** The clock tolerance plus the longest feed lag that a service can be configured with, because lists are that old. */
const MAX_AGE_SECONDS = TOLERANCE_SECONDS + 300;
const SECOND_MS = 1_000;

/**
 * Verifies the answer to a question. An unsigned answer proves nothing, even with a status that fits: an unsigned 404 may come
 * from any proxy on the way.
 *
 * @param request the question, as {@link canonicalRequest} writes it
 * @example verifyAnswer(answer, 'GET /v1/transactions/pay_1', { merchantSecrets, merchantId: 'demo' })
 * @throws ReceiverFault the codes of callbacks, and `wrong_question`, `other_merchant`, `answer_too_old`
 */
export function verifyAnswer(
  answer: SignedRequest,
  request: string,
  options: VerifyAnswerOptions,
): VerifiedAnswer {
  return createAnswerVerifier(options)(answer, request);
}

/** Returns a {@link verifyAnswer} that derives its keys only once. */
export function createAnswerVerifier(
  options: VerifyAnswerOptions,
): (answer: SignedRequest, request: string) => VerifiedAnswer {
  assertOptions([optionsProblem('createAnswerVerifier', options)]);
  const { merchantId, toleranceSeconds = TOLERANCE_SECONDS, now = systemNow } = options;
  const { maxAgeSeconds = MAX_AGE_SECONDS } = options;
  assertOptions([
    merchantIdProblem(merchantId),
    integerProblem('toleranceSeconds', toleranceSeconds, { min: 1 }),
    integerProblem('maxAgeSeconds', maxAgeSeconds, { min: 1 }),
    functionProblem('now', now),
  ]);
  const keys = answerKeys(options.merchantSecrets);
  return (answer, request) => {
    const nowMs = now();
    const { json } = verifySigned(answer, { keys, nowMs, toleranceSeconds });
    if (!isObject(json) || typeof json.asOf !== 'string' || typeof json.request !== 'string') {
      throw new ReceiverFault('malformed_body', 'The answer has no valid request or asOf.');
    }
    if (json.merchantId !== merchantId) {
      throw new ReceiverFault('other_merchant', `The answer belongs to merchant ${String(json.merchantId)}.`);
    }
    if (json.request !== request) {
      throw new ReceiverFault(
        'wrong_question',
        `The request was ${request}, but the answer is for ${json.request}.`,
      );
    }
    const ageSeconds = (nowMs - instantOf(json.asOf)) / SECOND_MS;
    if (!(ageSeconds <= maxAgeSeconds && -ageSeconds <= toleranceSeconds)) {
      throw new ReceiverFault('answer_too_old', `The answer's asOf ${json.asOf} is outside the allowed age.`);
    }
    return { asOf: json.asOf, content: json };
  };
}

/**
 * A question in the form in which the service repeats it: parameters sorted, and encoded by `URLSearchParams`.
 *
 * @example canonicalRequest('GET', '/v1/transactions', { reference: 'ORDER-1', limit: '5' })
 * // 'GET /v1/transactions?limit=5&reference=ORDER-1'
 */
export function canonicalRequest(
  method: string,
  path: string,
  parameters: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams(parameters);
  query.sort();
  const text = query.toString();
  return `${method} ${path}${text === '' ? '' : `?${text}`}`;
}
