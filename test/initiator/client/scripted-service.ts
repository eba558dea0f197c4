import {
  createInitiator,
  type InitiatorOptions,
  merchantId,
  type OutcomeToRecord,
  transactionId,
} from '../../../lib/initiator/index.ts';
import { createFakeMachine } from './fake-machine.ts';

export const KEY = 'tk_k1_secret';
export const SHOP = merchantId('shop');
export const payment = (changes: Partial<OutcomeToRecord> = {}): OutcomeToRecord => ({
  merchantId: SHOP,
  transactionId: transactionId('pay_1'),
  transactionType: 'payment',
  status: 'SUCCEEDED',
  amount: 1999,
  currency: 'CNY',
  occurredAt: '2026-11-20T07:59:58Z',
  ...changes,
});
export const standing = (changes: object = {}) => ({
  ...payment(),
  version: 1,
  recordedAt: '2026-11-20T08:00:00.000Z',
  metadata: {},
  ...changes,
});

export type Fetch = typeof globalThis.fetch;
export interface Seen {
  readonly url: string;
  readonly init: RequestInit;
}

/** An initiator whose requests are answered one after the other; the last answer stays. */
export function scripted(
  answers: readonly (() => Response | Promise<Response>)[],
  options: Partial<InitiatorOptions> = {},
) {
  const seen: Seen[] = [];
  const { machine, slept, time } = createFakeMachine();
  const fetch: Fetch = async (url, init = {}) => {
    const answer = answers[Math.min(seen.length, answers.length - 1)];
    seen.push({ url: String(url), init });
    return (await answer?.()) ?? Response.error();
  };
  const initiator = createInitiator({ baseUrl: 'https://api.example', key: KEY, fetch, machine, ...options });
  return { initiator, seen, slept, time };
}

export const json =
  (status: number, body: object, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify(body), {
      status,
      headers: {
        'content-type': status < 400 ? 'application/json' : 'application/problem+json; charset=utf-8',
        ...headers,
      },
    });
export const raw = (status: number, type: string, body: string | Uint8Array<ArrayBuffer>) => () =>
  new Response(body, { status, headers: { 'content-type': type } });
export const broken = () => {
  throw new TypeError('fetch failed');
};
