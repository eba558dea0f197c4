import { namedTexts, textProblem } from '../../protocol/runtime/option-rules.ts';
import type { VerificationKey } from '../../protocol/signing/signature-check.ts';
import {
  answerKey,
  PUBLIC_KEY_PREFIX,
  publicKeyOf,
  SECRET_PREFIX,
  secretBytes,
} from '../../protocol/signing/webhook-keys.ts';
import { ReceiverFault } from '../receiver-fault.ts';

/** One secret or several: `whsec_…`, or `whpk_…` for `v1a`. During a rotation, pass the old and the new one. */
export type Secrets = string | readonly string[];

/** @throws ReceiverFault `malformed_secret`; the message names the option */
export function verificationKeys(secrets: Secrets): readonly VerificationKey[] {
  return namedSecrets('secrets', secrets).map(verificationKey);
}

/** Pairs each secret with its name for messages. Messages never contain the value, because they end up in logs. */
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
  if (!secret.startsWith(PUBLIC_KEY_PREFIX)) return { scheme: 'v1', bytes: checkedSecret(secret, name) };
  const key = publicKeyOf(secret);
  if (key === undefined) throw malformed(`${name} must be whpk_ and 32 bytes in base64.`);
  return { scheme: 'v1a', key };
}

/** The keys that verify answers, derived from the merchant's secrets. */
export function answerKeys(merchantSecrets: Secrets): readonly VerificationKey[] {
  return namedSecrets('merchantSecrets', merchantSecrets).map(([name, secret]) => ({
    scheme: 'v1',
    bytes: answerKeyBytes(secret, name),
  }));
}

export function answerKeyBytes(merchantSecret: string, name = 'merchantSecrets'): Uint8Array {
  return answerKey(checkedSecret(merchantSecret, name));
}

/**
 * Decodes the bytes of a `whsec_…` secret.
 *
 * @param name of the option, for the message
 * @throws ReceiverFault `malformed_secret`
 */
export function checkedSecret(secret: string, name = 'secrets'): Uint8Array {
  const problem = textProblem(name, secret);
  if (problem !== undefined) throw malformed(problem);
  if (!secret.startsWith(SECRET_PREFIX)) {
    throw malformed(`${name} must begin with whsec_ (a secret) or whpk_ (the public key of an endpoint).`);
  }
  const bytes = secretBytes(secret);
  if (bytes !== undefined) return bytes;
  throw malformed(`${name} must be whsec_ and 24 to 64 bytes in base64. Is it complete?`);
}

function malformed(message: string): ReceiverFault {
  return new ReceiverFault('malformed_secret', message);
}
