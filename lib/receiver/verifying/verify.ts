import { TEST_EVENT } from '../../protocol/event-names.ts';
import { isObject } from '../../protocol/json/json-values.ts';
import { functionProblem, integerProblem, optionsProblem } from '../../protocol/runtime/option-rules.ts';
import { TOLERANCE_SECONDS, type VerificationKey } from '../../protocol/signing/signature-check.ts';
import { assertOptions, ReceiverFault } from '../faults.ts';
import { type Outcome, parseOutcome } from '../outcome.ts';
import { type Now, systemNow } from '../pauses.ts';
import { type Secrets, verificationKeys } from './keys.ts';
import { type SignedRequest, verifySigned } from './signed-request.ts';

/** A callback that was signed by Tidings. */
export type Callback =
  | {
      readonly kind: 'outcome';
      /** The same in every attempt and redelivery of an outcome. */
      readonly webhookId: string;
      /** `payment.succeeded` and the like. */
      readonly type: string;
      readonly outcome: Outcome;
    }
  /** What `POST …/endpoints/{e}/test` sends: answer it with 2xx, and do nothing. */
  | { readonly kind: 'test'; readonly webhookId: string; readonly type: string; readonly merchantId: string };

export interface VerifyOptions {
  /** The endpoint's; several while one is rotated. */
  readonly secrets: Secrets;
  /** How far the sender's clock may be off, to either side; 300 unless said otherwise. */
  readonly toleranceSeconds?: number;
  /** The clock; the system's unless said otherwise. */
  readonly now?: Now;
}

/**
 * Verifies a callback and reads it. Returns only what was signed with one of the secrets within the last five minutes.
 *
 * @example const callback = verify({ headers: request.headers, body: rawBytes }, { secrets });
 * @throws ReceiverFault with one of its codes; `status` is what to answer, the message says what to do
 */
export function verify(request: SignedRequest, options: VerifyOptions): Callback {
  return createVerifier(options)(request);
}

/** The same with the secrets read once, so that a malformed one is found at the start. */
export function createVerifier(options: VerifyOptions): (request: SignedRequest) => Callback {
  assertOptions([optionsProblem('createVerifier', options)]);
  const { toleranceSeconds = TOLERANCE_SECONDS, now = systemNow } = options;
  assertOptions([
    integerProblem('toleranceSeconds', toleranceSeconds, { min: 1 }),
    functionProblem('now', now),
  ]);
  const keys: readonly VerificationKey[] = verificationKeys(options.secrets);
  return (request) => {
    const { id: webhookId, json } = verifySigned(request, { keys, nowMs: now(), toleranceSeconds });
    if (!isObject(json) || typeof json.type !== 'string') {
      throw new ReceiverFault('malformed_body', 'The signed content has no type.');
    }
    const { type, data } = json;
    if (type !== TEST_EVENT) return { kind: 'outcome', webhookId, type, outcome: parseOutcome(data) };
    if (!isObject(data) || typeof data.merchantId !== 'string') {
      throw new ReceiverFault('malformed_body', 'The signed content has no merchantId.');
    }
    return { kind: 'test', webhookId, type, merchantId: data.merchantId };
  };
}
