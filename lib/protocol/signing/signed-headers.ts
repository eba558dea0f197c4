import { hmacSha256 } from '../hashes.ts';
import { ed25519Sign } from './ed25519.ts';

/** Standard Webhooks 1.0.0 signatures: of callbacks, of answers, and of the service's questions. */

export const ID_HEADER = 'webhook-id';
export const TIMESTAMP_HEADER = 'webhook-timestamp';
export const SIGNATURE_HEADER = 'webhook-signature';

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
  { id, timestamp, body }: SignedContent,
  signers: readonly Signer[],
): Readonly<Record<string, string>> {
  const signed = `${signedPrefix(id, timestamp)}${body}`;
  const signatures = signers.map(({ scheme, key }) => {
    const signature = scheme === 'v1' ? hmacSha256(key, signed) : ed25519Sign(key, signed);
    return `${scheme},${signature.toString('base64')}`;
  });
  return {
    [ID_HEADER]: id,
    [TIMESTAMP_HEADER]: String(timestamp),
    [SIGNATURE_HEADER]: signatures.join(' '),
  };
}

/** What is signed before the body. */
export function signedPrefix(id: string, timestampSeconds: number): string {
  return `${id}.${timestampSeconds}.`;
}
