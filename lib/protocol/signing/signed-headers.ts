import { hmacSha256 } from '../hashes.ts';
import { ed25519Sign } from './ed25519.ts';

/** Standard Webhooks 1.0.0 signatures of callbacks, of answers and of the service's checks. */

export const ID_HEADER = 'webhook-id';
export const TIMESTAMP_HEADER = 'webhook-timestamp';
export const SIGNATURE_HEADER = 'webhook-signature';

export interface SignedContent {
  /** Must not contain dots, because dots separate the parts of the signed text. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

/** One signing key: `v1` is HMAC-SHA256 with a shared secret, `v1a` is ed25519 with a private key of 32 bytes. */
export interface Signer {
  readonly scheme: 'v1' | 'v1a';
  readonly key: Uint8Array;
}

/** The three signature headers. Every key signs, so that receivers can verify before, during and after a rotation. */
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

/** The signed text before the body. */
export function signedPrefix(id: string, timestampSeconds: number): string {
  return `${id}.${timestampSeconds}.`;
}
