import { Webhook } from 'standardwebhooks';
import { vi } from 'vitest';
import { answerKey } from '../../lib/core/signature.ts';

/** An answer verified by the package, with the derived key where it expects a secret. Needs faked dates. */
export function verified(
  answer: { readonly text: string; readonly headers: Headers },
  merchantSecret: string,
  signedAtMs: number,
): unknown {
  const secret = `whsec_${Buffer.from(answerKey(merchantSecret)).toString('base64')}`;
  vi.setSystemTime(signedAtMs);
  return new Webhook(secret).verify(answer.text, Object.fromEntries(answer.headers));
}
