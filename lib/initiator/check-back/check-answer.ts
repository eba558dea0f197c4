import {
  isAmount,
  isCurrency,
  isTerminalStatus,
  type TerminalStatus,
} from '../../protocol/content/content-rules.ts';
import { isoTime, isStatedTime } from '../../protocol/instants.ts';
import { isObject } from '../../protocol/json/json-values.ts';
import { reasonErrors } from '../content-check.ts';
import type { Reason } from '../outcome.ts';
import { plainJson } from '../plain-json.ts';

/** How a transaction ended, as an initiator tells it when it is asked. */
export interface EndOfTransaction {
  readonly status: TerminalStatus;
  /** As in its PENDING. */
  readonly amount: number;
  /** As in its PENDING. */
  readonly currency: string;
  /** RFC 3339 with its offset. */
  readonly occurredAt: string;
  readonly reason?: Reason;
}

/**
 * What an initiator knows of a transaction that it is asked about. `unknown` is a statement, and may end the
 * transaction as FAILED: say it only of what can never be committed any more.
 */
export type CheckBackAnswer = EndOfTransaction | { readonly status: 'PENDING' } | 'unknown';

/** The end with nothing beside it, or undefined where it is none. */
export function endOfTransaction(value: unknown): EndOfTransaction | undefined {
  const plain = plainJson(value);
  if (!plain.ok || !isObject(plain.value)) return undefined;
  const { status, amount, currency, occurredAt, reason } = plain.value;
  if (!isTerminalStatus(status) || !isAmount(amount) || !isStatedTime(occurredAt) || !isCurrency(currency))
    return undefined;
  if (reason !== undefined && reasonErrors(reason).length > 0) return undefined;
  return {
    status,
    amount,
    currency,
    occurredAt: isoTime(Date.parse(occurredAt)),
    ...(reason !== undefined && { reason: reason as Reason }),
  };
}
