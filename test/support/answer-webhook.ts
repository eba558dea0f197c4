import { Webhook } from 'standardwebhooks';
import { answerKey, storedSecretBytes } from '../../lib/protocol/signing/webhook-keys.ts';

/** Verifies answers to a merchant's keys with the `standardwebhooks` package, using the derived key as its secret. */
export function answerWebhook(merchantSecret: string): Webhook {
  return new Webhook(`whsec_${Buffer.from(answerKey(storedSecretBytes(merchantSecret))).toString('base64')}`);
}
