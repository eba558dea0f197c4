import { eventTypeOf } from './event-names.ts';
import type { JsonObject } from './json/json-values.ts';

/** The form of a callback's body, for those who make one from an answer of the service. */

/** The fields of `data`, in the order in which the service writes them. */
export const CALLBACK_FIELDS: readonly string[] = [
  'merchantId',
  'transactionId',
  'reference',
  'version',
  'transactionType',
  'status',
  'reason',
  'amount',
  'currency',
  'relatedTransactionId',
  'occurredAt',
  'recordedAt',
  'listedAt',
  'metadata',
];

/**
 * The body of a transaction's callback, byte for byte as the service sends it.
 *
 * @param transaction the answer to `GET /v1/transactions/{transactionId}`, of a transaction that has ended
 */
export function callbackBodyOf(transaction: JsonObject): string {
  const { transactionType, status, recordedAt } = transaction;
  const data = Object.fromEntries(
    CALLBACK_FIELDS.filter((name) => transaction[name] !== undefined).map((name) => [
      name,
      transaction[name],
    ]),
  );
  const type = eventTypeOf({ transactionType: String(transactionType), status: String(status) });
  return JSON.stringify({ type, timestamp: recordedAt, data });
}
