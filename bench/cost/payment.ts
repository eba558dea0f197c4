import { merchantIdSchema, type TransactionId, transactionIdSchema } from '../../lib/core/model.ts';

/** What is recorded in every measurement. */

export const MERCHANT = merchantIdSchema.parse('merchant_20481');

export function transactionIdOf(number: number): TransactionId {
  return transactionIdSchema.parse(`pay_${String(number).padStart(16, '0')}`);
}

/**
 * A payment whose item is a little short of 1 KB: up to there, everything costs the same.
 *
 * @param reference also the merchant's own order number
 */
export function paymentOf(number: number, options: { readonly reference: boolean }) {
  return {
    transactionType: 'payment',
    status: 'SUCCEEDED' as const,
    amount: 1_999 + number,
    currency: 'CNY',
    occurredAt: '2026-11-20T08:00:00Z',
    metadata: { channel: 'app', note: 'x'.repeat(options.reference ? 200 : 330) },
    ...(options.reference && { reference: `ORDER-${number}` }),
  };
}
