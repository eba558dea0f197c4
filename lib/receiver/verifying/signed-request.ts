import type { HeaderSource } from '../../protocol/http/header-source.ts';
import {
  isSigned,
  readSignatureHeaders,
  timeRefusal,
  type VerificationKey,
} from '../../protocol/signing/signature-check.ts';
import { ReceiverFault } from '../receiver-fault.ts';

/** A signed message. `body` must be the raw bytes: JSON that was parsed and serialised again may differ. */
export interface SignedRequest {
  readonly headers: HeaderSource;
  /** A string stands for its UTF-8 bytes. */
  readonly body: Uint8Array | string;
}

export interface Verifying {
  readonly keys: readonly VerificationKey[];
  readonly nowMs: number;
  readonly toleranceSeconds: number;
}

/** The verified content of a request. */
export interface SignedJson {
  readonly id: string;
  readonly json: unknown;
}

/**
 * Checks the timestamp and the signature over the raw bytes before it parses the body.
 *
 * @throws ReceiverFault `missing_header`, `malformed_header`, `timestamp_too_old`, `timestamp_too_new`,
 * `signature_mismatch`, `malformed_body`
 */
export function verifySigned(request: SignedRequest, verifying: Verifying): SignedJson {
  const headers = readSignatureHeaders(request.headers);
  if (!headers.ok) throw new ReceiverFault(headers.code, headers.message);
  const late = timeRefusal(headers, verifying);
  if (late !== undefined) throw new ReceiverFault(late.code, late.message);
  const body = typeof request.body === 'string' ? Buffer.from(request.body, 'utf8') : request.body;
  if (!isSigned(headers, body, verifying.keys)) {
    const message =
      'No signature matches a secret. Is a secret wrong or out of date, or is the body not the raw bytes?';
    throw new ReceiverFault('signature_mismatch', message);
  }
  return { id: headers.id, json: jsonOf(body) };
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new ReceiverFault('malformed_body', 'The signed content is not JSON.', { cause });
  }
}
