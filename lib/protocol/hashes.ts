import { createHash, createHmac, createSecretKey, hkdfSync } from 'node:crypto';

/** Pure hash functions on `node:crypto`. Text is hashed as UTF-8. */

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Node takes three times as long if it gets the bytes of the key and not the key. */
export function hmacSha256(key: Uint8Array, content: Uint8Array | string): Buffer {
  return createHmac('sha256', createSecretKey(key)).update(content).digest();
}

export interface KeyDerivation {
  readonly key: Uint8Array;
  /** Names the purpose of the derived key, so that keys for different purposes differ. */
  readonly info: string;
  /** Size of the derived key in bytes. */
  readonly size: number;
}

/** HKDF-SHA256 without salt (RFC 5869). */
export function hkdfSha256({ key, info, size }: KeyDerivation): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), info, size));
}
