import { type KeyObject, timingSafeEqual } from 'node:crypto';
import { hmacSha256 } from '../hashes.ts';
import { type HeaderSource, headerOf } from '../http/header-source.ts';
import { isEd25519Signed } from './ed25519.ts';
import { ID_HEADER, SIGNATURE_HEADER, signedPrefix, TIMESTAMP_HEADER } from './signed-headers.ts';
import { base64Bytes } from './webhook-keys.ts';

/** Verifies Standard Webhooks 1.0.0 signatures. A refusal is a value with a stable code and a message for people. */

/** How far a timestamp may be off, in either direction. */
export const TOLERANCE_SECONDS = 300;
/** Maximum number of signatures that are checked. A sender has few keys; thousands of signatures would be an attack. */
const MAX_SIGNATURES = 16;
const SECOND_MS = 1_000;

/** The parsed values of the three signature headers. */
export interface SignatureHeaders {
  readonly id: string;
  readonly timestampSeconds: number;
  readonly signatures: readonly string[];
}

interface HeaderRefusal {
  readonly code: 'missing_header' | 'malformed_header';
  readonly message: string;
}

export type ReadHeaders =
  | (SignatureHeaders & { readonly ok: true })
  | (HeaderRefusal & { readonly ok: false });

export function readSignatureHeaders(headers: HeaderSource): ReadHeaders {
  const [id, timestamp, signature] = [ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER].map(
    (name) => headerOf(headers, name) || undefined,
  );
  if (id === undefined) return missing(ID_HEADER);
  if (timestamp === undefined) return missing(TIMESTAMP_HEADER);
  if (signature === undefined) return missing(SIGNATURE_HEADER);
  // With a dot in the id, one signed text could be split into id, time and body in several ways.
  if (!/^[\x21-\x2d\x2f-\x7e]{1,256}$/.test(id)) return malformed(ID_HEADER);
  if (!/^\d{1,12}$/.test(timestamp)) return malformed(TIMESTAMP_HEADER);
  const signatures = signature.split(' ').filter((one) => one !== '');
  if (signatures.length > MAX_SIGNATURES) return malformed(SIGNATURE_HEADER);
  return { ok: true, id, timestampSeconds: Number(timestamp), signatures };
}

function missing(name: string): ReadHeaders {
  const message = `The header ${name} is missing. Was the request signed by the service, and do proxies pass the header on?`;
  return { ok: false, code: 'missing_header', message };
}

function malformed(name: string): ReadHeaders {
  const message = `The header ${name} is malformed. Did a proxy change it?`;
  return { ok: false, code: 'malformed_header', message };
}

export interface TimeRefusal {
  readonly code: 'timestamp_too_old' | 'timestamp_too_new';
  readonly message: string;
}

/** Refuses old and future timestamps. A request with a future timestamp could be stored and replayed later. */
export function timeRefusal(
  { timestampSeconds }: Pick<SignatureHeaders, 'timestampSeconds'>,
  { nowMs, toleranceSeconds }: { readonly nowMs: number; readonly toleranceSeconds: number },
): TimeRefusal | undefined {
  const ageSeconds = nowMs / SECOND_MS - timestampSeconds;
  const message = `It was signed ${ago(ageSeconds)} according to this machine's clock. Is that clock right?`;
  // The negated comparisons also refuse if the clock or the tolerance is NaN.
  if (!(ageSeconds <= toleranceSeconds)) return { code: 'timestamp_too_old', message };
  if (!(-ageSeconds <= toleranceSeconds)) return { code: 'timestamp_too_new', message };
  return undefined;
}

function ago(ageSeconds: number): string {
  const seconds = Math.round(Math.abs(ageSeconds));
  return ageSeconds < 0 ? `${seconds} s in the future` : `${seconds} s ago`;
}

/** A verification key: a shared secret for `v1`, a public key for `v1a`. */
export type VerificationKey =
  | { readonly scheme: 'v1'; readonly bytes: Uint8Array }
  | { readonly scheme: 'v1a'; readonly key: KeyObject };

/**
 * Whether at least one signature is valid for at least one key. All combinations are tried, so that the duration reveals
 * nothing. Signatures of other schemes are ignored.
 *
 * @param body the raw signed bytes
 */
export function isSigned(
  { id, timestampSeconds, signatures }: SignatureHeaders,
  body: Uint8Array,
  keys: readonly VerificationKey[],
): boolean {
  const signed = Buffer.concat([Buffer.from(signedPrefix(id, timestampSeconds)), body]);
  let found = false;
  for (const text of signatures) {
    const comma = text.indexOf(',');
    const scheme = text.slice(0, Math.max(comma, 0));
    const signature = base64Bytes(text.slice(comma + 1));
    for (const key of keys) {
      if (key.scheme === scheme && signature !== undefined && matchesKey(key, signed, signature))
        found = true;
    }
  }
  return found;
}

function matchesKey(key: VerificationKey, signed: Uint8Array, signature: Uint8Array): boolean {
  if (key.scheme === 'v1a') return isEd25519Signed(key.key, signed, signature);
  const expected = hmacSha256(key.bytes, signed);
  return signature.length === expected.length && timingSafeEqual(expected, signature);
}
