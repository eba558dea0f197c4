import { formSentence } from '../protocol/form-sentences.ts';
import { MERCHANT_ID, matches, TRANSACTION_ID } from '../protocol/id-forms.ts';
import { type FieldError, InitiatorFault } from './fault.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Id of the tenant that owns outcomes; created by {@link merchantId}. */
export type MerchantId = Branded<'MerchantId'>;
/** Id of a transaction, unique within its merchant; created by {@link transactionId}. */
export type TransactionId = Branded<'TransactionId'>;

export interface TransactionKey {
  readonly merchantId: MerchantId;
  readonly transactionId: TransactionId;
}

const INVALID_MERCHANT_ID: FieldError = {
  pointer: '/merchantId',
  code: 'invalid_id',
  detail: formSentence(MERCHANT_ID),
};
export const INVALID_TRANSACTION_ID: FieldError = {
  pointer: '/transactionId',
  code: 'invalid_id',
  detail: formSentence(TRANSACTION_ID),
};

export function isMerchantId(value: unknown): value is MerchantId {
  return matches(MERCHANT_ID, value);
}

export function isTransactionId(value: unknown): value is TransactionId {
  return matches(TRANSACTION_ID, value);
}

/**
 * @throws InitiatorFault `invalid_id` unless it is 1 to 64 of `A-Z a-z 0-9 _ -`
 * @example merchantId('demo')
 */
export function merchantId(text: string): MerchantId {
  if (isMerchantId(text)) return text;
  throw invalidId(INVALID_MERCHANT_ID);
}

/**
 * @throws InitiatorFault `invalid_id` unless it is 1 to 64 of `A-Z a-z 0-9 _ : -`
 * @example transactionId('pay_1')
 */
export function transactionId(text: string): TransactionId {
  if (isTransactionId(text)) return text;
  throw invalidId(INVALID_TRANSACTION_ID);
}

/** Checks ids at runtime, for callers without type checks. @throws InitiatorFault `invalid_id` */
export function checkKey(key: TransactionKey): void {
  const { merchantId, transactionId } = (key ?? {}) as Partial<TransactionKey>;
  if (!isMerchantId(merchantId)) throw invalidId(INVALID_MERCHANT_ID);
  if (!isTransactionId(transactionId)) throw invalidId(INVALID_TRANSACTION_ID);
}

function invalidId(error: FieldError): InitiatorFault {
  const name = error.pointer.slice(1);
  const message = `The ${name} is not a valid id. ${error.detail}`;
  return new InitiatorFault({ code: error.code, message, errors: [error] });
}
