import { ReceiverFault } from '../faults.ts';
import { type HeaderSource, type SignatureHeaders, signatureHeaders } from './headers.ts';
import { isSigned, type VerificationKey } from './keys.ts';

/** What came in. `body` is the raw bytes: JSON that was parsed and written again is another text. */
export interface SignedRequest {
  readonly headers: HeaderSource;
  /** A string stands for its UTF-8 bytes. */
  readonly body: Uint8Array | string;
}

/** How far a time stamp may be off, to either side (Standard Webhooks 1.0.0). */
export const TOLERANCE_SECONDS = 300;
const SECOND_MS = 1_000;

/**
 * Checks time stamp and signature over the raw bytes, and only then looks inside.
 *
 * @throws ReceiverFault `missing_header`, `malformed_header`, `timestamp_too_old`, `timestamp_too_new`,
 * `signature_mismatch`, `malformed_body`
 */
export function verifySigned(
  request: SignedRequest,
  options: {
    readonly keys: readonly VerificationKey[];
    readonly nowMs: number;
    readonly toleranceSeconds: number;
  },
): { readonly id: string; readonly timestampSeconds: number; readonly json: unknown } {
  const headers = signatureHeaders(request.headers);
  assertTimely(headers, options);
  const body = typeof request.body === 'string' ? Buffer.from(request.body, 'utf8') : request.body;
  const signed = Buffer.concat([Buffer.from(`${headers.id}.${headers.timestampSeconds}.`), body]);
  if (!isSigned(signed, headers.signatures, options.keys)) {
    const message =
      'No signature is right by any of the secrets. Is a secret another one or old, or is the body not the raw bytes?';
    throw new ReceiverFault('signature_mismatch', message);
  }
  return { id: headers.id, timestampSeconds: headers.timestampSeconds, json: jsonOf(body) };
}

/** Both ways: what was stamped in the future could be kept and sent again when its time has come. */
function assertTimely(
  { timestampSeconds }: SignatureHeaders,
  { nowMs, toleranceSeconds }: { readonly nowMs: number; readonly toleranceSeconds: number },
): void {
  const ageSeconds = nowMs / SECOND_MS - timestampSeconds;
  // Written so that a clock or tolerance that is no number lets nothing through.
  if (!(ageSeconds <= toleranceSeconds)) {
    throw new ReceiverFault('timestamp_too_old', signedLong(ageSeconds));
  }
  if (!(-ageSeconds <= toleranceSeconds)) {
    throw new ReceiverFault('timestamp_too_new', signedLong(ageSeconds));
  }
}

function signedLong(ageSeconds: number): string {
  const seconds = Math.round(Math.abs(ageSeconds));
  const when = ageSeconds < 0 ? `${seconds} s in the future` : `${seconds} s ago`;
  return `It was signed ${when} by the clock of this machine: is that clock right?`;
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new ReceiverFault('malformed_body', 'What was signed is not JSON.', { cause });
  }
}
