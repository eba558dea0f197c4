import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** ed25519 (RFC 8032) with raw keys of 32 bytes. */

export const ED25519_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** The PKCS #8 prefix before the bytes of a private key (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
/** The SPKI prefix before the bytes of a public key (RFC 8410). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

function privateKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

/** The bytes of the public key for a private key. */
export function ed25519PublicKey(seed: Uint8Array): Buffer {
  const { x } = createPublicKey(privateKey(seed)).export({ format: 'jwk' });
  return Buffer.from(x ?? '', 'base64url');
}

/** A public key of {@link ED25519_KEY_BYTES} bytes, ready to verify. */
export function ed25519Verifier(publicKey: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI, publicKey]), format: 'der', type: 'spki' });
}

/** Signs UTF-8 text. Deterministic: ed25519 uses no randomness to sign. */
export function ed25519Sign(seed: Uint8Array, text: string): Buffer {
  return sign(null, Buffer.from(text, 'utf8'), privateKey(seed));
}

export function isEd25519Signed(key: KeyObject, content: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === SIGNATURE_BYTES && verify(null, content, key, signature);
}
