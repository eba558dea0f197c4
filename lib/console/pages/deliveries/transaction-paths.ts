/** The paths of a transaction's page and of its actions. */
export const TRANSACTION = '/merchants/{merchantId}/transactions/{transactionId}';
export const SEND_AGAIN = '/merchants/{merchantId}/transactions/{transactionId}/send-again';
export const ACKNOWLEDGE = '/merchants/{merchantId}/transactions/{transactionId}/acknowledge';
