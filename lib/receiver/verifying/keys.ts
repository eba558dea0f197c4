import { createHmac, createPublicKey, hkdfSync, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { namedTexts, textProblem } from '../../protocol/option-rules.ts';
import { ReceiverFault } from '../faults.ts';

/** What verifies: shared bytes for `v1`, a public key for `v1a`. */
export type VerificationKey =
  | { readonly scheme: 'v1'; readonly bytes: Uint8Array }
  | { readonly scheme: 'v1a'; readonly key: KeyObject };

/** Bytes of a `whsec_` secret, as Standard Webhooks has them. */
const SECRET_BYTES = { least: 24, most: 64 };
const PUBLIC_KEY_BYTES = 32;
const HMAC_BYTES = 32;
const ED25519_SIGNATURE_BYTES = 64;
/** What stands before the 32 bytes of an ed25519 public key in SPKI (RFC 8410). */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');
/** Of the key that signs answers, so that an answer never passes for a callback (DESIGN §7). */
const ANSWER_KEY = { info: 'tidings-answer', bytes: 32 };

/** One or several, so that both verify while a secret is rotated: `whsec_…`, or `whpk_…` for `v1a`. */
export type Secrets = string | readonly string[];

/** @throws ReceiverFault `malformed_secret`, which names the option */
export function verificationKeys(secrets: Secrets): readonly VerificationKey[] {
  return namedSecrets('secrets', secrets).map(verificationKey);
}

/** Each secret with a name that says which it is. Its value is in no message: messages end in logs. */
function namedSecrets(option: string, secrets: unknown): readonly (readonly [string, string])[] {
  const named = namedTexts(option, secrets);
  if (named.length === 0) throw malformed(`${option} is an empty list. Is its environment variable set?`);
  return named.map(([name, secret]) => {
    const problem = textProblem(name, secret);
    if (problem !== undefined) throw malformed(problem);
    return [name, String(secret)];
  });
}

function verificationKey([name, secret]: readonly [string, string]): VerificationKey {
  if (secret.startsWith('whpk_')) {
    const bytes = base64Bytes(secret.slice('whpk_'.length));
    if (bytes?.length !== PUBLIC_KEY_BYTES) throw malformed(`${name} is not whpk_ and 32 bytes in base64.`);
    const key = createPublicKey({
      key: Buffer.concat([ED25519_SPKI, bytes]),
      format: 'der',
      type: 'spki',
    });
    return { scheme: 'v1a', key };
  }
  return { scheme: 'v1', bytes: secretBytes(secret, name) };
}

/** The keys that verify answers, derived from the merchant's secrets. */
export function answerKeys(merchantSecrets: Secrets): readonly VerificationKey[] {
  return namedSecrets('merchantSecrets', merchantSecrets).map(([name, secret]) => ({
    scheme: 'v1',
    bytes: answerKeyBytes(secret, name),
  }));
}

export function answerKeyBytes(merchantSecret: string, name = 'merchantSecrets'): Uint8Array {
  const { info, bytes } = ANSWER_KEY;
  const secret = secretBytes(merchantSecret, name);
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), info, bytes));
}

/**
 * The bytes inside `whsec_…`.
 *
 * @param name of the option, for the message
 * @throws ReceiverFault `malformed_secret`
 */
export function secretBytes(secret: string, name = 'secrets'): Uint8Array {
  const problem = textProblem(name, secret);
  if (problem !== undefined) throw malformed(problem);
  if (!secret.startsWith('whsec_')) {
    throw malformed(
      `${name} does not begin with whsec_ (a secret) or whpk_ (the public key of an endpoint).`,
    );
  }
  const bytes = base64Bytes(secret.slice('whsec_'.length));
  if (bytes === undefined || bytes.length < SECRET_BYTES.least || bytes.length > SECRET_BYTES.most) {
    throw malformed(`${name} is not whsec_ and 24 to 64 bytes in base64: is all of it there?`);
  }
  return bytes;
}

/** Whether any of the signatures is right by any of the keys. All are tried: how long it takes tells nothing. */
export function isSigned(
  signed: Uint8Array,
  signatures: readonly string[],
  keys: readonly VerificationKey[],
): boolean {
  let found = false;
  for (const text of signatures) {
    const comma = text.indexOf(',');
    const scheme = text.slice(0, Math.max(comma, 0));
    const signature = base64Bytes(text.slice(comma + 1));
    for (const key of keys) {
      if (key.scheme === scheme && signature !== undefined && matches(key, signed, signature)) found = true;
    }
  }
  return found;
}

function matches(key: VerificationKey, signed: Uint8Array, signature: Uint8Array): boolean {
  if (key.scheme === 'v1a') {
    return signature.length === ED25519_SIGNATURE_BYTES && verify(null, signed, key.key, signature);
  }
  const expected = createHmac('sha256', key.bytes).update(signed).digest();
  return signature.length === HMAC_BYTES && timingSafeEqual(expected, signature);
}

/** Undefined where it is no base64: Node's own decoder drops what it does not know. */
function base64Bytes(text: string): Uint8Array | undefined {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

function malformed(message: string): ReceiverFault {
  return new ReceiverFault('malformed_secret', message);
}
