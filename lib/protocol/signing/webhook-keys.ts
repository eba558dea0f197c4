import type { KeyObject } from 'node:crypto';
import { hkdfSha256 } from '../hashes.ts';
import { ED25519_KEY_BYTES, ed25519PublicKey, ed25519Verifier } from './ed25519.ts';

/** Text forms of Standard Webhooks 1.0.0 keys: `whsec_` for a shared secret, `whpk_` for a public ed25519 key. */

export const SECRET_PREFIX = 'whsec_';
export const PUBLIC_KEY_PREFIX = 'whpk_';
/** Size of a new secret in bytes. */
export const SECRET_BYTES = 32;
/** Sizes of a secret in bytes that the standard allows. */
const SECRET_SIZES = { least: 24, most: 64 };

export function secretText(bytes: Uint8Array): string {
  return `${SECRET_PREFIX}${Buffer.from(bytes).toString('base64')}`;
}

/** The bytes of a configured secret; undefined unless it is `whsec_` and 24 to 64 bytes in base64. */
export function secretBytes(text: string): Uint8Array | undefined {
  const bytes = text.startsWith(SECRET_PREFIX) ? base64Bytes(text.slice(SECRET_PREFIX.length)) : undefined;
  if (bytes === undefined) return undefined;
  return bytes.length >= SECRET_SIZES.least && bytes.length <= SECRET_SIZES.most ? bytes : undefined;
}

/** The bytes of a secret that the service created and stored itself. Does not validate. */
export function storedSecretBytes(text: string): Uint8Array {
  return Buffer.from(text.slice(SECRET_PREFIX.length), 'base64');
}

/** The `whpk_…` text for a private key of 32 bytes. Receivers configure it to verify `v1a`. */
export function publicKeyText(privateKey: Uint8Array): string {
  return `${PUBLIC_KEY_PREFIX}${ed25519PublicKey(privateKey).toString('base64')}`;
}

/** Reads a configured public key; undefined unless it is `whpk_` and 32 bytes in base64. */
export function publicKeyOf(text: string): KeyObject | undefined {
  if (!text.startsWith(PUBLIC_KEY_PREFIX)) return undefined;
  const bytes = base64Bytes(text.slice(PUBLIC_KEY_PREFIX.length));
  return bytes?.length === ED25519_KEY_BYTES ? ed25519Verifier(bytes) : undefined;
}

/** The key that signs answers, derived from the merchant's secret. So an answer can never pass as a callback. */
export function answerKey(merchantSecret: Uint8Array): Uint8Array {
  return hkdfSha256({ key: merchantSecret, info: 'tidings-answer', size: SECRET_BYTES });
}

/** Decodes base64; undefined if the text is invalid. Node's own decoder silently drops invalid characters. */
export function base64Bytes(text: string): Uint8Array | undefined {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}
