import { Webhook } from 'standardwebhooks';
import { vi } from 'vitest';
import { answerKey, storedSecretBytes } from '../../lib/protocol/signing/webhook-keys.ts';

/**
 * Verifies an answer with the `standardwebhooks` package, using the derived key as its secret.
 *
 * @param signedAtMs time of the signature if the service has its own clock; the test's dates must be faked then
 */
export function verified(
  answer: { readonly text: string; readonly headers: Headers | Readonly<Record<string, string>> },
  merchantSecret: string,
  signedAtMs?: number,
): unknown {
  const secret = `whsec_${Buffer.from(answerKey(storedSecretBytes(merchantSecret))).toString('base64')}`;
  if (signedAtMs !== undefined) vi.setSystemTime(signedAtMs);
  return new Webhook(secret).verify(answer.text, Object.fromEntries(new Headers(answer.headers)));
}
