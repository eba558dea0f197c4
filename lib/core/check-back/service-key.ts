import { hkdfSha256 } from '../../protocol/hashes.ts';
import type { Signer } from '../../protocol/signing/signed-headers.ts';
import { publicKeyText } from '../../protocol/signing/webhook-keys.ts';

/** A value that was generated when the service was deployed. */
export interface GeneratedSecret {
  /** @param notBeforeMs as of a read that began then or later; a remembered value is good enough unless said otherwise */
  value(notBeforeMs?: number): Promise<string>;
}

/**
 * The service's own key, by which initiators know that it is Tidings that asks. Derived from a generated value, so that
 * whoever deploys the service never holds a private key in their hands.
 */
function privateKeyOf(signingSecret: string): Uint8Array {
  return hkdfSha256({ key: Buffer.from(signingSecret, 'utf8'), info: 'tidings-check-back', size: 32 });
}

export function serviceSigner(signingSecret: string): Signer {
  return { scheme: 'v1a', key: privateKeyOf(signingSecret) };
}

/** `whpk_…`, as the service publishes it. */
export function servicePublicKey(signingSecret: string): string {
  return publicKeyText(privateKeyOf(signingSecret));
}
