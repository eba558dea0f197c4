import { eventTypeOf } from './event-names.ts';
import { sha256Hex } from './hashes.ts';
import type { JsonObject } from './json/json-values.ts';
import { type SignedContent, type Signer, signedHeaders } from './signing/signed-headers.ts';

/** The form of a callback: the headers that each one has, and the body, for those who make one from an answer of the service. */

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

export interface Sending extends SignedContent {
  /** From 1. */
  readonly attempt: number;
  /** 16 hexadecimal digits, new for each attempt. */
  readonly span: string;
}

/** The headers of one attempt, besides the custom ones of its endpoint and those of the connection. */
export function callbackHeaders(
  { attempt, span, ...content }: Sending,
  signers: readonly Signer[],
): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    ...signedHeaders(content, signers),
    'tidings-attempt': String(attempt),
    // All attempts of an outcome share one trace, derived from the id.
    traceparent: `00-${sha256Hex(content.id).slice(0, 32)}-${span}-01`,
    'user-agent': 'Tidings/1',
  };
}
