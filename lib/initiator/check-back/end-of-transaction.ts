import {
  isAmount,
  isCurrency,
  isTerminalStatus,
  type TerminalStatus,
} from '../../protocol/content/content-rules.ts';
import { isOutcomeTime, isoTime } from '../../protocol/instants.ts';
import { isObject } from '../../protocol/json/json-values.ts';
import { reasonErrors } from '../content-check.ts';
import { plainJson } from '../plain-json.ts';
import type { Reason } from '../recorded-outcome.ts';

/** How a transaction ended, as the initiator's answer to a check. */
export interface EndOfTransaction {
  readonly status: TerminalStatus;
  /** Must equal the amount of the PENDING. */
  readonly amount: number;
  /** Must equal the currency of the PENDING. */
  readonly currency: string;
  /** RFC 3339 with its offset. */
  readonly occurredAt: string;
  readonly reason?: Reason;
}

/**
 * An initiator's answer to a check. `unknown` may end the transaction as FAILED: answer it only if the transaction can
 * never be committed any more.
 */
export type CheckBackAnswer = EndOfTransaction | { readonly status: 'PENDING' } | 'unknown';

/** The end without any other fields, or undefined if it is invalid. */
export function endOfTransaction(value: unknown): EndOfTransaction | undefined {
  const plain = plainJson(value);
  if (!plain.ok || !isObject(plain.value)) return undefined;
  const { status, amount, currency, occurredAt, reason } = plain.value;
  if (!isTerminalStatus(status) || !isAmount(amount) || !isOutcomeTime(occurredAt) || !isCurrency(currency))
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
