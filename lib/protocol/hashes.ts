import { createHash, createHmac, hkdfSync } from 'node:crypto';

/** Hashes of `node:crypto`, pure: the same input gives the same output. Text stands for its UTF-8 bytes. */

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

export function sha256Hex(text: string): string {
  return sha256(text).toString('hex');
}

export function hmacSha256(key: Uint8Array, content: Uint8Array | string): Buffer {
  return createHmac('sha256', key).update(content).digest();
}

export interface KeyDerivation {
  readonly key: Uint8Array;
  /** Says what the derived key is for, so that keys for different uses differ. */
  readonly info: string;
  /** Bytes of the derived key. */
  readonly size: number;
}

/** HKDF-SHA256 without salt (RFC 5869). */
export function hkdfSha256({ key, info, size }: KeyDerivation): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), info, size));
}
