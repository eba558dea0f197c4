import { DecryptCommand, EncryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { Seal } from '../../core/merchants/secrets/seal.ts';
import { createBoundedCache } from '../../core/runtime/bounded-cache.ts';
import { calling } from '../aws-faults.ts';

/** Opened secrets that one process caches. */
const MAX_OPENED = 2_000;

/** Seals with a KMS key. The context becomes KMS's encryption context, so the audit log shows whose secret was used. */
export function createKmsSeal(options: { readonly kms: KMSClient; readonly keyId: string }): Seal {
  const opened = createBoundedCache<string, string>({ capacity: MAX_OPENED });

  async function decrypt(sealed: string, context: string): Promise<string> {
    const answer = await calling('Opening a secret', () =>
      options.kms.send(
        new DecryptCommand({
          CiphertextBlob: Buffer.from(sealed, 'base64'),
          EncryptionContext: { owner: context },
          KeyId: options.keyId,
        }),
      ),
    );
    return Buffer.from(answer.Plaintext ?? []).toString('utf8');
  }

  return {
    async seal(secret, context) {
      const answer = await calling('Sealing a secret', () =>
        options.kms.send(
          new EncryptCommand({
            KeyId: options.keyId,
            Plaintext: Buffer.from(secret, 'utf8'),
            EncryptionContext: { owner: context },
          }),
        ),
      );
      return Buffer.from(answer.CiphertextBlob ?? []).toString('base64');
    },

    open(sealed, context) {
      const name = `${context} ${sealed}`;
      // A sealed text always opens to the same secret, so a cached one never becomes stale.
      return opened.read(name, Number.NEGATIVE_INFINITY, async () => ({
        value: await decrypt(sealed, context),
        asOfMs: 0,
      }));
    },
  };
}
