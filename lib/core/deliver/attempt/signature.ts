import { ed25519PublicKey, ed25519SignBase64, hkdfSha256, hmacSha256Base64 } from '../../crypto.ts';

/** Standard Webhooks 1.0.0 signatures, for callbacks and for answers. */

const SECRET_PREFIX = 'whsec_';
/** Bytes of a new secret; the standard allows 24 to 64. */
export const SECRET_BYTES = 32;

export function secretText(bytes: Uint8Array): string {
  return `${SECRET_PREFIX}${Buffer.from(bytes).toString('base64')}`;
}

/** The key bytes inside `whsec_…`. */
export function secretBytes(secret: string): Uint8Array {
  return Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
}

export interface SignedContent {
  /** Without dots: they separate the parts of what is signed. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

/** One key that signs: `v1` HMAC-SHA256 with shared bytes, `v1a` ed25519 with a private key of 32 bytes. */
export interface Signer {
  readonly scheme: 'v1' | 'v1a';
  readonly key: Uint8Array;
}

/** The three headers. Every key signs, so that a receiver verifies before, during and after a rotation. */
export function signedHeaders(
  content: SignedContent,
  signers: readonly Signer[],
): Readonly<Record<string, string>> {
  const signed = `${content.id}.${content.timestamp}.${content.body}`;
  const signatures = signers.map(({ scheme, key }) =>
    scheme === 'v1' ? `v1,${hmacSha256Base64(key, signed)}` : `v1a,${ed25519SignBase64(key, signed)}`,
  );
  return {
    'webhook-id': content.id,
    'webhook-timestamp': String(content.timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

/** `whpk_…`, as receivers configure it to verify `v1a`. */
export function publicKeyText(privateKey: Uint8Array): string {
  return `whpk_${Buffer.from(ed25519PublicKey(privateKey)).toString('base64')}`;
}

/** The key that signs answers: derived, so that an answer can never pass for a callback. */
export function answerKey(merchantSecret: string): Uint8Array {
  return hkdfSha256({ key: secretBytes(merchantSecret), info: 'tidings-answer', size: 32 });
}
