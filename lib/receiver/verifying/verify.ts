import { OUTCOME_EVENT, TEST_EVENT } from '../../protocol/event-names.ts';
import { isObject } from '../../protocol/json/json-values.ts';
import { functionProblem, integerProblem, optionsProblem } from '../../protocol/runtime/option-rules.ts';
import { TOLERANCE_SECONDS, type VerificationKey } from '../../protocol/signing/signature-check.ts';
import { type AlertEvent, parseAlert } from '../alert.ts';
import { type Outcome, parseOutcome } from '../outcome.ts';
import { type Now, systemNow } from '../pauses.ts';
import { assertOptions, ReceiverFault } from '../receiver-fault.ts';
import { type Secrets, verificationKeys } from './keys.ts';
import { type SignedRequest, verifySigned } from './signed-request.ts';

/** A callback with a valid signature of Tidings. */
export type Callback =
  | {
      readonly kind: 'outcome';
      /** Stays the same in every attempt and redelivery of an outcome. */
      readonly webhookId: string;
      /** For example `payment.succeeded`. */
      readonly type: string;
      readonly outcome: Outcome;
    }
  /** The service tells of its own work. The endpoint asked for it by `tidings.*` or by its type. */
  | { readonly kind: 'alert'; readonly webhookId: string; readonly type: string; readonly alert: AlertEvent }
  /** A type that this version does not know, from a newer service: answer it with 2xx, and do nothing. */
  | { readonly kind: 'unknown'; readonly webhookId: string; readonly type: string }
  /** The test request of `POST …/endpoints/{e}/test`: answer it with 2xx, and do nothing. */
  | { readonly kind: 'test'; readonly webhookId: string; readonly type: string; readonly merchantId: string };

export interface VerifyOptions {
  /** The endpoint's secret. Several during a rotation. */
  readonly secrets: Secrets;
  /** Maximum clock difference to the sender in seconds, in either direction; default: 300. */
  readonly toleranceSeconds?: number;
  /** Current time in milliseconds since 1970; default: the system clock. */
  readonly now?: Now;
}

/**
 * Verifies a callback and reads it. Accepts only a signature by one of the secrets with a timestamp within
 * `toleranceSeconds` (default: five minutes).
 *
 * @example const callback = verify({ headers: request.headers, body: rawBytes }, { secrets });
 * @throws ReceiverFault `status` is the HTTP status to answer with; the message says what to do
 */
export function verify(request: SignedRequest, options: VerifyOptions): Callback {
  return createVerifier(options)(request);
}

/** Returns a {@link verify} that reads its secrets only once, so that a malformed secret fails at startup. */
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
    if (OUTCOME_EVENT.test(type)) return { kind: 'outcome', webhookId, type, outcome: parseOutcome(data) };
    if (type !== TEST_EVENT) {
      const alert = parseAlert(json);
      return alert === undefined
        ? { kind: 'unknown', webhookId, type }
        : { kind: 'alert', webhookId, type, alert };
    }
    if (!isObject(data) || typeof data.merchantId !== 'string') {
      throw new ReceiverFault('malformed_body', 'The signed content has no merchantId.');
    }
    return { kind: 'test', webhookId, type, merchantId: data.merchantId };
  };
}
