import { sha256Hex } from './hashes.ts';

/** The names of events: type and id of a callback, and what endpoints and questions filter by. */

/** What an event type is made of. */
export interface EventKind {
  readonly transactionType: string;
  readonly status: string;
}

/** The `type` of an outcome's callback. @example eventTypeOf(outcome) // 'payment.succeeded' */
export function eventTypeOf({ transactionType, status }: EventKind): string {
  return `${transactionType}.${status.toLowerCase()}`;
}

/** One type, all of a transaction type, or all: `payment.succeeded`, `payment.*`, `*`. */
export const EVENT_FILTER = /^(\*|[a-z][a-z0-9_-]{0,31}\.(\*|succeeded|failed|closed))$/;

/**
 * Whether a filter lets an event type through. Between two filters: whether the first lets through all that the second
 * does.
 *
 * @example lets('payment.*', 'payment.failed') // true
 */
export function lets(filter: string, type: string): boolean {
  return filter === '*' || filter === type || (filter.endsWith('.*') && type.startsWith(filter.slice(0, -1)));
}

/** Whether one of the filters lets an event through. */
export function letsThrough(filters: readonly string[], kind: EventKind): boolean {
  const type = eventTypeOf(kind);
  return filters.some((filter) => lets(filter, type));
}

/** The `type` of a test request. It is answered with 2xx, and has no effect. */
export const TEST_EVENT = 'tidings.test';

/** An outcome, as a callback's id names it. */
export interface NamedOutcome {
  readonly merchantId: string;
  readonly transactionId: string;
  readonly version: number;
}

/** The `webhook-id`. It is the same for every attempt, redelivery and endpoint of one outcome: receivers dedupe by it. */
export function webhookIdOf({ merchantId, transactionId, version }: NamedOutcome): string {
  return `msg_${sha256Hex(`${merchantId}\n${transactionId}\n${version}`).slice(0, 32)}`;
}
