import { eventTypeOf, webhookIdOf } from '../../../protocol/event-names.ts';
import type { Outcome, TerminalOutcome } from '../../model.ts';

/** What every attempt of one outcome or alert sends: its `webhook-id` and its bytes. */
export interface Callback {
  readonly id: string;
  readonly body: string;
}

export function callbackOf(outcome: TerminalOutcome): Callback {
  return { id: webhookIdOf(outcome), body: callbackBody(outcome) };
}

/** The body of a callback. Built from the immutable outcome alone, so every attempt sends the same bytes. */
export function callbackBody(outcome: TerminalOutcome): string {
  return JSON.stringify({
    type: eventTypeOf(outcome),
    timestamp: outcome.recordedAt,
    data: outcomeData(outcome),
  });
}

/** An outcome as callbacks and queries show it: both use this shape and field order. */
export function outcomeData(outcome: Outcome) {
  return { ...feedItem(outcome), metadata: outcome.metadata ?? {} };
}

/** An outcome as the feed and windows show it: {@link outcomeData} without `metadata`, which the index does not hold. */
export function feedItem(outcome: Outcome) {
  return {
    merchantId: outcome.merchantId,
    transactionId: outcome.transactionId,
    ...(outcome.reference !== undefined && { reference: outcome.reference }),
    version: outcome.version,
    transactionType: outcome.transactionType,
    status: outcome.status,
    ...(outcome.reason !== undefined && { reason: outcome.reason }),
    amount: outcome.amount,
    currency: outcome.currency,
    ...(outcome.relatedTransactionId !== undefined && { relatedTransactionId: outcome.relatedTransactionId }),
    occurredAt: outcome.occurredAt,
    recordedAt: outcome.recordedAt,
    ...(outcome.listedAt !== undefined && { listedAt: outcome.listedAt }),
  };
}
