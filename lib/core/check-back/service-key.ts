import { hkdfSha256 } from '../../protocol/hashes.ts';
import type { Signer } from '../../protocol/signing/signed-headers.ts';
import { publicKeyText } from '../../protocol/signing/webhook-keys.ts';

/**
 * The service's own private key. Initiators verify with its public key that a check comes from Tidings. It is derived from
 * a generated value, so that the people who deploy the service never handle a private key.
 */
function privateKeyOf(signingSecret: string): Uint8Array {
  return hkdfSha256({ key: Buffer.from(signingSecret, 'utf8'), info: 'tidings-check-back', size: 32 });
}

export function serviceSigner(signingSecret: string): Signer {
  return { scheme: 'v1a', key: privateKeyOf(signingSecret) };
}

/** The public key as published: `whpk_…`. */
export function servicePublicKey(signingSecret: string): string {
  return publicKeyText(privateKeyOf(signingSecret));
}
