import { hkdfSync } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { ApiAnswer } from '../api-client.ts';

/** Whether the answer was signed with this secret. */
export function isSignedWith(answer: ApiAnswer, merchantSecret: string): boolean {
  try {
    verifyAnswer(answer, merchantSecret);
    return true;
  } catch {
    return false;
  }
}

/** Verifies an answer. Answers are signed like callbacks, with a key derived from the merchant's secret. */
function verifyAnswer(answer: ApiAnswer, merchantSecret: string): unknown {
  const secret = Buffer.from(merchantSecret.replace(/^whsec_/, ''), 'base64');
  const key = hkdfSync('sha256', secret, new Uint8Array(0), 'tidings-answer', 32);
  return new Webhook(Buffer.from(key).toString('base64')).verify(answer.text, { ...answer.headers });
}
