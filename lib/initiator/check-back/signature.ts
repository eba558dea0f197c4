import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { textProblem } from '../../protocol/option-rules.ts';
import { assertOptions, invalidOption } from '../fault.ts';
import type { SignatureHeaders } from './headers.ts';
import { Refusal } from './refusal.ts';

/** Standard Webhooks 1.0.0, scheme `v1a`: ed25519 with the service's published key. */

/** How far a time stamp may be off, to either side. */
const TOLERANCE_SECONDS = 300;
const SCHEME = 'v1a,';
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** What stands before the 32 bytes of an ed25519 public key in SPKI (RFC 8410). */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * @param name of the option, for the message
 * @throws InitiatorFault `invalid_option` unless it is `whpk_` and 32 bytes in base64
 */
export function publicKeyOf(name: string, text: unknown): KeyObject {
  assertOptions([textProblem(name, text)]);
  const bytes = base64Bytes(/^whpk_(.*)$/.exec(String(text))?.[1] ?? '');
  if (bytes?.length !== PUBLIC_KEY_BYTES) throw invalidOption(`${name} is not whpk_ and 32 bytes in base64.`);
  return createPublicKey({ key: Buffer.concat([ED25519_SPKI, bytes]), format: 'der', type: 'spki' });
}

/**
 * Both ways: what was stamped in the future could be kept and sent again when its time has come.
 *
 * @throws Refusal `timestamp_too_old`, `timestamp_too_new`
 */
export function assertTimely({ timestampSeconds }: SignatureHeaders, nowMs: number): void {
  const ageSeconds = nowMs / 1000 - timestampSeconds;
  // Written so that a clock that is no number lets nothing through.
  if (!(ageSeconds <= TOLERANCE_SECONDS)) throw new Refusal('timestamp_too_old', late(ageSeconds));
  if (!(-ageSeconds <= TOLERANCE_SECONDS)) throw new Refusal('timestamp_too_new', late(ageSeconds));
}

function late(ageSeconds: number): string {
  return `It was signed ${Math.round(ageSeconds)} s ago by the clock of this machine: is that clock right?`;
}

/** Whether any of the `v1a` signatures is right by any of the keys; others may stand beside them. */
export function isSigned(
  { id, timestampSeconds, signatures }: SignatureHeaders,
  body: Uint8Array,
  keys: readonly KeyObject[],
): boolean {
  const signed = Buffer.concat([Buffer.from(`${id}.${timestampSeconds}.`), body]);
  return signatures
    .filter((text) => text.startsWith(SCHEME))
    .map((text) => base64Bytes(text.slice(SCHEME.length)))
    .some(
      (bytes) => bytes?.length === SIGNATURE_BYTES && keys.some((key) => verify(null, signed, key, bytes)),
    );
}

/** Undefined where it is no base64: Node's own decoder drops what it does not know. */
function base64Bytes(text: string): Uint8Array | undefined {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}
