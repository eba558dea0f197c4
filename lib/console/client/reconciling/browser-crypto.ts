import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * Stands in for `node:crypto` in the browser: the part that digests of rows need. The platform's own hash is asynchronous,
 * and slower than this for a million short texts.
 */
export function createHash(_algorithm: 'sha256') {
  return {
    update: (text: string, _encoding: 'utf8') => ({
      digest: (_form: 'hex') => bytesToHex(sha256(utf8ToBytes(text))),
    }),
  };
}

/** Nothing in the browser signs. */
export const createHmac = undefined;
export const createSecretKey = undefined;
export const hkdfSync = undefined;
