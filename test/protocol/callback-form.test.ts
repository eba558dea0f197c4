import { expect, it } from 'vitest';
import { callbackBody, outcomeData } from '../../lib/core/deliver/attempt/callback.ts';
import { CALLBACK_FIELDS, callbackBodyOf } from '../../lib/protocol/callback-form.ts';

const outcome = {
  merchantId: 'shop',
  transactionId: 'pay_1',
  reference: 'ORDER-1',
  version: 2,
  transactionType: 'refund',
  status: 'FAILED',
  reason: { code: 'declined', message: '余额不足' },
  amount: 1_999,
  currency: 'CNY',
  relatedTransactionId: 'pay_0',
  occurredAt: '2026-11-20T07:59:00.000Z',
  recordedAt: '2026-11-20T07:59:30.000Z',
  listedAt: '2026-11-20T07:59:30.000Z',
  metadata: { b: 1, a: [true, null] },
  contentHash: 'not shown',
} as never;

it('makes the bytes of a callback from an answer of the service', () => {
  const answer = {
    request: 'GET /v1/transactions/pay_1',
    asOf: 'now',
    ...outcomeData(outcome),
    outcomes: [],
  };
  expect(callbackBodyOf(answer)).toBe(callbackBody(outcome));
});

it('knows every field of a callback, in the order of the service', () => {
  expect(Object.keys(outcomeData(outcome))).toEqual(CALLBACK_FIELDS);
});
