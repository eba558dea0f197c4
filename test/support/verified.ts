import { vi } from 'vitest';
import { answerWebhook } from './answer-webhook.ts';

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
  if (signedAtMs !== undefined) vi.setSystemTime(signedAtMs);
  return answerWebhook(merchantSecret).verify(answer.text, Object.fromEntries(new Headers(answer.headers)));
}
