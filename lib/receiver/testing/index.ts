import { createHash, createHmac, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import type { Outcome } from '../outcome.ts';
import { type Now, systemNow } from '../system.ts';
import { answerKeyBytes, secretBytes } from '../verifying/keys.ts';

/** For the tests of your receiver: requests and answers as the service would sign them, and a clock to move. */

export interface SignOptions {
  /** `whsec_…` signs `v1`, `whsk_…` signs `v1a`; several sign side by side, as during a rotation. */
  readonly secrets: string | readonly string[];
  /** When it is signed; the system's time unless said otherwise. */
  readonly now?: Now;
}

/** A request ready to be sent: `fetch(url, signedCallback(outcome, { secrets }))`. */
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
  const { merchantId, transactionId, version, transactionType, status, recordedAt } = outcome;
  const hash = createHash('sha256').update(`${merchantId}\n${transactionId}\n${version}`).digest('hex');
  return signedRequest(
    `msg_${hash.slice(0, 32)}`,
    { type: `${transactionType}.${status.toLowerCase()}`, timestamp: recordedAt, data: outcome },
    options,
  );
}

/** The request that `POST …/endpoints/{endpointId}/test` makes. */
export function signedTest(merchantId: string, options: SignOptions): SignedCallback {
  const timestamp = new Date((options.now ?? systemNow)()).toISOString();
  return signedRequest(
    'msg_test0000',
    { type: 'tidings.test', timestamp, data: { merchantId, endpointId: 'ep_test' } },
    options,
  );
}

function signedRequest(id: string, content: object, options: SignOptions): SignedCallback {
  const body = JSON.stringify(content);
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'tidings-attempt': '1',
      ...signatureHeaders({ id, body }, signersOf(options.secrets), options.now ?? systemNow),
    },
    body,
  };
}

/**
 * An answer of the service to one of its questions, signed with the key that it derives from the merchant's secret.
 *
 * @param content whatever stands in it beside `merchantId`, `request` and `asOf`
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
  const signers = [options.merchantSecrets].flat().map((secret) => hmacSigner(answerKeyBytes(secret)));
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  return new Response(body, {
    status,
    headers: { 'content-type': type, ...signatureHeaders({ id: 'ans_test', body }, signers, now) },
  });
}

type Signer = (signed: string) => string;

function signatureHeaders(
  { id, body }: { readonly id: string; readonly body: string },
  signers: readonly Signer[],
  now: Now,
): Record<string, string> {
  const timestamp = Math.floor(now() / 1_000);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signers.map((signer) => signer(`${id}.${timestamp}.${body}`)).join(' '),
  };
}

function signersOf(secrets: string | readonly string[]): readonly Signer[] {
  return [secrets]
    .flat()
    .map((secret) =>
      secret.startsWith('whsk_') ? ed25519Signer(privateKeyBytes(secret)) : hmacSigner(secretBytes(secret)),
    );
}

function hmacSigner(key: Uint8Array): Signer {
  return (signed) => `v1,${createHmac('sha256', key).update(signed, 'utf8').digest('base64')}`;
}

/** What stands before the 32 bytes of an ed25519 private key in PKCS #8 (RFC 8410). */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

function privateKey(seed: Uint8Array) {
  return createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

function privateKeyBytes(text: string): Uint8Array {
  return Buffer.from(text.slice('whsk_'.length), 'base64').subarray(0, 32);
}

function ed25519Signer(seed: Uint8Array): Signer {
  const key = privateKey(seed);
  return (signed) => `v1a,${sign(null, Buffer.from(signed, 'utf8'), key).toString('base64')}`;
}

/** A new secret, as an endpoint or a merchant gets one. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** A new pair for `v1a`: what the service signs with, and what a receiver verifies with. */
export function newKeyPair(): { readonly privateKey: string; readonly publicKey: string } {
  const seed = randomBytes(32);
  const { x = '' } = createPublicKey(privateKey(seed)).export({ format: 'jwk' });
  return {
    privateKey: `whsk_${seed.toString('base64')}`,
    publicKey: `whpk_${Buffer.from(x, 'base64url').toString('base64')}`,
  };
}

/** Some outcome, with what you care about changed. */
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

/** A clock that stands still until it is moved. */
export interface FakeClock {
  readonly now: Now;
  advance(seconds: number): void;
}

/** @param start ISO 8601; noon of an arbitrary day unless said otherwise */
export function createFakeClock(start = '2026-11-20T12:00:00Z'): FakeClock {
  let ms = Date.parse(start);
  return {
    now: () => ms,
    advance(seconds) {
      ms += seconds * 1_000;
    },
  };
}
