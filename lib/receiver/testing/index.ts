import { randomBytes } from 'node:crypto';
import { eventTypeOf, TEST_EVENT, webhookIdOf } from '../../protocol/event-names.ts';
import { ED25519_KEY_BYTES } from '../../protocol/signing/ed25519.ts';
import { type Signer, signedHeaders } from '../../protocol/signing/signed-headers.ts';
import { publicKeyText, SECRET_BYTES, secretText } from '../../protocol/signing/webhook-keys.ts';
import type { AlertEvent } from '../alert.ts';
import type { Outcome } from '../outcome.ts';
import { type Now, systemNow } from '../pauses.ts';
import { answerKeyBytes, checkedSecret } from '../verifying/keys.ts';

/** For the tests of your receiver: requests and answers signed like those of the service, and a fake clock. */

export interface SignOptions {
  /** `whsec_…` signs `v1`, `whsk_…` signs `v1a`. Several secrets all sign, as during a rotation. */
  readonly secrets: string | readonly string[];
  /** Time of the signature; default: the system clock. */
  readonly now?: Now;
}

/** A request that is ready to send: `fetch(url, signedCallback(outcome, { secrets }))`. */
export interface SignedCallback {
  readonly method: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The callback of an outcome, as the service sends it.
 *
 * @example await handler(new Request(url, signedCallback(sampleOutcome(), { secrets: secret })));
 */
export function signedCallback(outcome: Outcome, options: SignOptions): SignedCallback {
  return signedRequest(
    webhookIdOf(outcome),
    { type: eventTypeOf(outcome), timestamp: outcome.recordedAt, data: outcome },
    options,
  );
}

/** The request that `POST …/endpoints/{endpointId}/test` makes. */
export function signedTest(merchantId: string, options: SignOptions): SignedCallback {
  const timestamp = new Date((options.now ?? systemNow)()).toISOString();
  return signedRequest(
    'msg_test0000',
    { type: TEST_EVENT, timestamp, data: { merchantId, endpointId: 'ep_test' } },
    options,
  );
}

/**
 * An alert's callback, as the service sends it.
 *
 * @example signedAlert({ type: 'tidings.statement.ready', timestamp, data }, { secrets: secret })
 */
export function signedAlert(alert: AlertEvent, options: SignOptions): SignedCallback {
  return signedRequest('msg_alert000', alert, options);
}

function signedRequest(id: string, content: object, options: SignOptions): SignedCallback {
  const body = JSON.stringify(content);
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'tidings-attempt': '1',
      ...headersOf({ id, body }, signersOf(options.secrets), options.now),
    },
    body,
  };
}

/**
 * The service's answer to a question, signed with the key that is derived from the merchant's secret.
 *
 * @param answer `content` holds all fields except `merchantId`, `request` and `asOf`; default `status`: 200
 * @example signedAnswer({ status: 404, merchantId, request: 'GET /v1/transactions/pay_1',
 *   content: { code: 'unknown_transaction' } }, { merchantSecrets: secret })
 */
export function signedAnswer(
  answer: {
    readonly status?: number;
    readonly merchantId: string;
    readonly request: string;
    readonly asOf?: string;
    readonly content: object;
  },
  options: { readonly merchantSecrets: string | readonly string[]; readonly now?: Now },
): Response {
  const { status = 200, merchantId, request, content } = answer;
  const now = options.now ?? systemNow;
  const asOf = answer.asOf ?? new Date(now()).toISOString();
  const body = JSON.stringify({ merchantId, request, asOf, ...content });
  const signers = [options.merchantSecrets]
    .flat()
    .map((secret): Signer => ({ scheme: 'v1', key: answerKeyBytes(secret) }));
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  return new Response(body, {
    status,
    headers: { 'content-type': type, ...headersOf({ id: 'ans_test', body }, signers, now) },
  });
}

function headersOf(
  { id, body }: { readonly id: string; readonly body: string },
  signers: readonly Signer[],
  now: Now = systemNow,
): Readonly<Record<string, string>> {
  return signedHeaders({ id, timestamp: Math.floor(now() / 1_000), body }, signers);
}

const PRIVATE_KEY_PREFIX = 'whsk_';

function signersOf(secrets: string | readonly string[]): readonly Signer[] {
  return [secrets].flat().map((secret): Signer => {
    if (!secret.startsWith(PRIVATE_KEY_PREFIX)) return { scheme: 'v1', key: checkedSecret(secret) };
    const bytes = Buffer.from(secret.slice(PRIVATE_KEY_PREFIX.length), 'base64');
    return { scheme: 'v1a', key: bytes.subarray(0, ED25519_KEY_BYTES) };
  });
}

/** A new secret in the form that endpoints and merchants get. */
export function newSecret(): string {
  return secretText(randomBytes(SECRET_BYTES));
}

/** A new key pair for `v1a`: the service signs with the private key, the receiver verifies with the public key. */
export function newKeyPair(): { readonly privateKey: string; readonly publicKey: string } {
  const seed = randomBytes(ED25519_KEY_BYTES);
  return {
    privateKey: `${PRIVATE_KEY_PREFIX}${seed.toString('base64')}`,
    publicKey: publicKeyText(seed),
  };
}

/** A sample outcome, with your changes applied. */
export function sampleOutcome(changes: Partial<Outcome> = {}): Outcome {
  return {
    merchantId: 'demo',
    transactionId: 'pay_1',
    reference: 'ORDER-1',
    version: 1,
    transactionType: 'payment',
    status: 'SUCCEEDED',
    amount: 1999,
    currency: 'CNY',
    occurredAt: '2026-11-20T07:59:58.000Z',
    recordedAt: '2026-11-20T08:00:00.000Z',
    listedAt: '2026-11-20T08:00:00.000Z',
    metadata: {},
    ...changes,
  };
}

/** A clock that does not move until it is advanced. */
export interface FakeClock {
  readonly now: Now;
  advance(seconds: number): void;
}

/** @param start ISO 8601; default: noon of an arbitrary day */
export function createFakeClock(start = '2026-11-20T12:00:00Z'): FakeClock {
  let ms = Date.parse(start);
  return {
    now: () => ms,
    advance(seconds) {
      ms += seconds * 1_000;
    },
  };
}
