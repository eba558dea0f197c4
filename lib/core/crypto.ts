import { createHash, timingSafeEqual } from 'node:crypto';
import { sha256 } from '../protocol/hashes.ts';

/** Pure cryptographic functions that the protocol does not need: no I/O and no randomness. */

/** Incremental SHA-256. */
export function createSha256(): { add(bytes: Uint8Array): void; hex(): string } {
  const hash = createHash('sha256');
  return { add: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
}

/** Compares two texts in constant time, so that the duration does not show where they differ. */
export function equalInConstantTime(left: string, right: string): boolean {
  return timingSafeEqual(sha256(left), sha256(right));
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Encodes bytes as digits and letters, for keys and ids of the API. Keeps all entropy of `bytes`. */
export function base62(bytes: Uint8Array): string {
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
  let text = '';
  while (number > 0n) {
    text = `${BASE62[Number(number % 62n)]}${text}`;
    number /= 62n;
  }
  return text.padStart(Math.ceil((bytes.length * 8) / Math.log2(62)), '0');
}
