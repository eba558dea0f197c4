import { createReceiver } from '../../../lib/receiver/index.ts';
import { memoryStore } from '../../../lib/receiver/stores/memory.ts';
import { newSecret, signedAnswer } from '../../../lib/receiver/testing/index.ts';

export const secret = newSecret();
export const problem = (request: string, status: number, code: string) =>
  signedAnswer({ status, merchantId: 'demo', request, content: { code } }, { merchantSecrets: secret });
export const unknown = () => problem('GET /v1/transactions/pay_1', 404, 'unknown_transaction');

/** A problem as the service states it to a key that is no receiver's: there is no secret to sign it with. */
export const unsigned = (status: number, code: string) =>
  new Response(JSON.stringify({ status, code }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });

/** A receiver before a service that says what the test wants. */
export function asking(fetch: (url: string, init: RequestInit) => Promise<Response>, changes = {}) {
  const slept: number[] = [];
  const store = memoryStore();
  const receiver = createReceiver({
    merchantId: 'demo',
    secrets: secret,
    store,
    onOutcome: (outcome, tx) => tx.set(outcome.transactionId, outcome.status),
    service: {
      url: 'https://tidings.example/',
      key: 'tk_a_b',
      merchantSecrets: secret,
      fetch,
      pauses: { sleep: async (ms) => void slept.push(ms), fraction: () => 1 },
      ...changes,
    },
  });
  return { receiver, store, slept };
}

export function page(status: number): Response {
  return new Response(`<html>${status}</html>`, { status, headers: { 'content-type': 'text/html' } });
}

export function signedBy(merchantSecrets: string, content: object): Response {
  return signedAnswer(
    { merchantId: 'demo', request: 'GET /v1/transactions/pay_1', content },
    { merchantSecrets },
  );
}

export function fail(): never {
  throw new Error('asked too often');
}
