import type { KeyObject } from 'node:crypto';
import { hkdfSha256 } from '../hashes.ts';
import { ED25519_KEY_BYTES, ed25519PublicKey, ed25519Verifier } from './ed25519.ts';

/** Keys of Standard Webhooks 1.0.0 as text: `whsec_` and a shared secret, `whpk_` and a public ed25519 key. */

export const SECRET_PREFIX = 'whsec_';
export const PUBLIC_KEY_PREFIX = 'whpk_';
/** Bytes of a new secret. */
export const SECRET_BYTES = 32;
/** Bytes of a secret that the standard allows. */
const SECRET_SIZES = { least: 24, most: 64 };

export function secretText(bytes: Uint8Array): string {
  return `${SECRET_PREFIX}${Buffer.from(bytes).toString('base64')}`;
}

/** The bytes of a secret that somebody configured; undefined unless it is `whsec_` and 24 to 64 bytes in base64. */
export function secretBytes(text: string): Uint8Array | undefined {
  const bytes = text.startsWith(SECRET_PREFIX) ? base64Bytes(text.slice(SECRET_PREFIX.length)) : undefined;
  if (bytes === undefined) return undefined;
  return bytes.length >= SECRET_SIZES.least && bytes.length <= SECRET_SIZES.most ? bytes : undefined;
}

/** The bytes of a secret that the service made itself and kept. */
export function storedSecretBytes(text: string): Uint8Array {
  return Buffer.from(text.slice(SECRET_PREFIX.length), 'base64');
}

/** The public key of a private one of 32 bytes, as receivers configure it to verify `v1a`. */
export function publicKeyText(privateKey: Uint8Array): string {
  return `${PUBLIC_KEY_PREFIX}${ed25519PublicKey(privateKey).toString('base64')}`;
}

/** A public key that somebody configured; undefined unless it is `whpk_` and 32 bytes in base64. */
export function publicKeyOf(text: string): KeyObject | undefined {
  if (!text.startsWith(PUBLIC_KEY_PREFIX)) return undefined;
  const bytes = base64Bytes(text.slice(PUBLIC_KEY_PREFIX.length));
  return bytes?.length === ED25519_KEY_BYTES ? ed25519Verifier(bytes) : undefined;
}

/** The key that signs answers. It is derived from the merchant's secret, so that an answer never passes for a callback. */
export function answerKey(merchantSecret: Uint8Array): Uint8Array {
  return hkdfSha256({ key: merchantSecret, info: 'tidings-answer', size: SECRET_BYTES });
}

/** Undefined where the text is no base64: Node's own decoder drops what it does not know. */
export function base64Bytes(text: string): Uint8Array | undefined {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}
