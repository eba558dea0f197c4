import { randomBytes } from 'node:crypto';
import { isoTime } from '../../protocol/instants.ts';
import type { JsonObject } from '../../protocol/json/json-values.ts';

/** Transactions that never were, for callbacks that a receiver under test gets. */

export interface MadeUp {
  readonly merchantId: string;
  readonly transactionType: string;
  /** SUCCEEDED, FAILED or CLOSED. */
  readonly status: string;
  /** Default: a new one for each transaction. */
  readonly reference?: string;
  readonly amount: number;
  readonly currency: string;
}

/** A transaction as the service answers it. @param version 1, or 2 for one that was PENDING */
export function madeUpTransaction(wanted: MadeUp, nowMs: number, version = 1): JsonObject {
  const name = randomBytes(6).toString('hex');
  const at = isoTime(nowMs);
  const { merchantId, transactionType, status, reference = `TRIGGER-${name}`, amount, currency } = wanted;
  return {
    merchantId,
    transactionId: `trigger_${name}`,
    reference,
    version,
    transactionType,
    status,
    ...(status === 'SUCCEEDED'
      ? {}
      : { reason: { code: 'trigger', message: 'Made up by tidings trigger.' } }),
    amount,
    currency,
    occurredAt: at,
    recordedAt: at,
    listedAt: at,
    metadata: {},
  };
}

/** The same transaction before: an older version that ended otherwise. */
export function olderVersionOf(transaction: JsonObject): JsonObject {
  const { reason: _, ...rest } = transaction;
  const status = transaction.status === 'SUCCEEDED' ? 'FAILED' : 'SUCCEEDED';
  return {
    ...rest,
    version: Number(transaction.version) - 1,
    status,
    ...(status === 'FAILED' && { reason: { code: 'trigger', message: 'Made up by tidings trigger.' } }),
  };
}
