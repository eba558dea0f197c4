import { ReceiverFault } from './faults.ts';

/** Which outcomes this receiver is told of: the `types` of its endpoint. */
export interface EventTypes {
  /** As the service wants them in a question; undefined where all are meant. */
  readonly text: string | undefined;
  includes(kind: { readonly transactionType: string; readonly status: string }): boolean;
}

const FILTER = /^(?:\*|[a-z][a-z0-9_-]{0,31}\.(?:\*|succeeded|failed|closed))$/;

/**
 * @param types `payment.succeeded`, `payment.*` or `*`; undefined for all
 * @throws ReceiverFault `invalid_types`
 */
export function eventTypes(types: readonly string[] | undefined): EventTypes {
  if (types?.every((type) => FILTER.test(type)) === false || types?.length === 0) {
    throw new ReceiverFault(
      'invalid_types',
      `Types are payment.succeeded, payment.* or *, not ${types.join()}.`,
    );
  }
  if (types === undefined || types.includes('*')) return { text: undefined, includes: () => true };
  const names = new Set(types);
  return {
    text: [...names].sort().join(),
    includes: ({ transactionType, status }) =>
      names.has(`${transactionType}.*`) || names.has(`${transactionType}.${status.toLowerCase()}`),
  };
}
