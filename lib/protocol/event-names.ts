import { sha256Hex } from './hashes.ts';

/** Names of events: type and id of a callback, and the filters of endpoints and questions. */

/** The parts of an event type. */
export interface EventKind {
  readonly transactionType: string;
  readonly status: string;
}

/** The `type` of an outcome's callback. @example eventTypeOf(outcome) // 'payment.succeeded' */
export function eventTypeOf({ transactionType, status }: EventKind): string {
  return `${transactionType}.${status.toLowerCase()}`;
}

/** Outcomes of one type, of all of a transaction type, or all: `payment.succeeded`, `payment.*`, `*`. */
export const OUTCOME_FILTER = /^(\*|[a-z][a-z0-9_-]{0,31}\.(\*|succeeded|failed|closed))$/;

/** What endpoints may subscribe to: outcomes as in {@link OUTCOME_FILTER}, and alerts by name or as `tidings.*`. */
export const EVENT_FILTER =
  /^(\*|(?!tidings\.)[a-z][a-z0-9_-]{0,31}\.(\*|succeeded|failed|closed)|tidings\.(\*|endpoint\.disabled|notification\.exhausted|statement\.ready))$/;

/** The form of an outcome's event type. A callback of another form is not about an outcome. */
export const OUTCOME_EVENT = /^[a-z][a-z0-9_-]{0,31}\.(succeeded|failed|closed)$/;

/**
 * Whether a filter matches an event type. Given two filters: whether the first matches everything that the second matches.
 *
 * @example lets('payment.*', 'payment.failed') // true
 */
export function filterMatches(filter: string, type: string): boolean {
  return filter === '*' || filter === type || (filter.endsWith('.*') && type.startsWith(filter.slice(0, -1)));
}

/** Whether at least one of the filters matches an event. */
export function anyFilterMatches(filters: readonly string[], kind: EventKind): boolean {
  const type = eventTypeOf(kind);
  return filters.some((filter) => filterMatches(filter, type));
}

/** The `type` of a test request. It is answered with 2xx, and has no effect. */
export const TEST_EVENT = 'tidings.test';

/** The fields of an outcome that determine a callback's id. */
export interface NamedOutcome {
  readonly merchantId: string;
  readonly transactionId: string;
  readonly version: number;
}

/** The `webhook-id`: the same for every attempt, redelivery and endpoint of one outcome. Receivers deduplicate by it. */
export function webhookIdOf({ merchantId, transactionId, version }: NamedOutcome): string {
  return `msg_${sha256Hex(`${merchantId}\n${transactionId}\n${version}`).slice(0, 32)}`;
}
