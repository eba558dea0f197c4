import { hkdfSync } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { type Api, type ApiAnswer, expectStatus } from '../api-client.ts';
import type { MerchantCredentials } from '../credentials.ts';

/** What the service answered about an order, trusted because its signature was checked. */
export interface TrustedAnswer {
  readonly status: string;
  readonly asOf: string;
}

/**
 * The merchant asks how an order ended. An answer is believed only if it is signed with the merchant's key,
 * and if it is the answer to this question.
 */
export async function askTransaction(
  api: Api,
  merchant: MerchantCredentials,
  transactionId: string,
): Promise<TrustedAnswer> {
  const request = `GET /v1/transactions/${transactionId}`;
  const answer = expectStatus(await api(merchant.receiverKey, request), 200);
  const verified = verifyAnswer(answer, merchant.merchantSecret) as {
    readonly merchantId: string;
    readonly request: string;
    readonly status: string;
    readonly asOf: string;
  };
  if (verified.merchantId !== merchant.merchantId || verified.request !== request) {
    throw new Error(`Asked ${request}, got the answer to ${verified.request} of ${verified.merchantId}.`);
  }
  return { status: verified.status, asOf: verified.asOf };
}

/** Whether somebody who knows this secret has signed the answer. */
export function isSignedWith(answer: ApiAnswer, merchantSecret: string): boolean {
  try {
    verifyAnswer(answer, merchantSecret);
    return true;
  } catch {
    return false;
  }
}

/** Answers are signed like callbacks, with a key derived from the merchant's secret. */
function verifyAnswer(answer: ApiAnswer, merchantSecret: string): unknown {
  const secret = Buffer.from(merchantSecret.replace(/^whsec_/, ''), 'base64');
  const key = hkdfSync('sha256', secret, new Uint8Array(0), 'tidings-answer', 32);
  return new Webhook(Buffer.from(key).toString('base64')).verify(answer.text, { ...answer.headers });
}
