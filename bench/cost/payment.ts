import { merchantIdSchema, type TransactionId, transactionIdSchema } from '../../lib/core/model.ts';

/** The transactions that all measurements record. */

export const MERCHANT = merchantIdSchema().parse('merchant_20481');

export function transactionIdOf(number: number): TransactionId {
  return transactionIdSchema().parse(`pay_${String(number).padStart(16, '0')}`);
}

/**
 * A payment whose item is slightly smaller than 1 KB. All items up to 1 KB cost the same.
 *
 * @param reference whether the payment has the merchant's own order number
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
