import { createHash, timingSafeEqual } from 'node:crypto';
import { sha256 } from '../protocol/hashes.ts';

/** Pure functions beside those of the protocol: the same input gives the same output, and nothing is read or drawn. */

/** SHA-256 of what comes piece by piece. */
export function createSha256(): { add(bytes: Uint8Array): void; hex(): string } {
  const hash = createHash('sha256');
  return { add: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
}

/** Compares without telling by its duration where two texts differ. */
export function equalInConstantTime(left: string, right: string): boolean {
  return timingSafeEqual(sha256(left), sha256(right));
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Digits and letters only, as keys and ids of the API want them; keeps all entropy of `bytes`. */
export function base62(bytes: Uint8Array): string {
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
  let text = '';
  while (number > 0n) {
    text = `${BASE62[Number(number % 62n)]}${text}`;
    number /= 62n;
  }
  return text.padStart(Math.ceil((bytes.length * 8) / Math.log2(62)), '0');
}
