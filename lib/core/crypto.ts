import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  sign,
  timingSafeEqual,
} from 'node:crypto';

/** Pure functions of `node:crypto`: the same input gives the same output, and nothing is read or drawn. */

export function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text, 'utf8').digest();
}

export function sha256Hex(text: string): string {
  return Buffer.from(sha256(text)).toString('hex');
}

/** SHA-256 of what comes piece by piece. */
export function createSha256(): { add(bytes: Uint8Array): void; hex(): string } {
  const hash = createHash('sha256');
  return { add: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
}

export function hmacSha256Base64(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text, 'utf8').digest('base64');
}

interface HkdfOptions {
  readonly key: Uint8Array;
  readonly info: string;
  readonly size: number;
}

/** HKDF-SHA256 without salt (RFC 5869). */
export function hkdfSha256(options: HkdfOptions): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', options.key, new Uint8Array(0), options.info, options.size));
}

/** Compares without telling by its duration where two texts differ. */
export function equalInConstantTime(left: string, right: string): boolean {
  return timingSafeEqual(sha256(left), sha256(right));
}

/** What stands before the 32 bytes of an ed25519 private key in PKCS #8 (RFC 8410). */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

function ed25519Key(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

/** The 32 bytes of the public key that belongs to a private one of 32 bytes (RFC 8032). */
export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  const { x } = createPublicKey(ed25519Key(seed)).export({ format: 'jwk' });
  return Buffer.from(x ?? '', 'base64url');
}

/** Deterministic: ed25519 draws nothing when it signs. */
export function ed25519SignBase64(seed: Uint8Array, text: string): string {
  return sign(null, Buffer.from(text, 'utf8'), ed25519Key(seed)).toString('base64');
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
