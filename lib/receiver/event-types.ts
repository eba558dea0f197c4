import { isAlertFilter } from '../protocol/alerts.ts';
import { anyFilterMatches, EVENT_FILTER, type EventKind } from '../protocol/event-names.ts';
import { sha256Hex } from '../protocol/hashes.ts';
import { matches } from '../protocol/id-forms.ts';
import { ReceiverFault } from './receiver-fault.ts';
import type { MarkName } from './stores/receiver-store.ts';

/** Hexadecimal digits of a hash in the name of a mark. */
const HASH_DIGITS = 16;

/** The event types that this receiver gets: the `types` of its endpoint. */
export interface EventTypes {
  /** Sorted and comma-separated, as the service's `types` parameter; undefined for all types. */
  readonly text: string | undefined;
  includes(kind: EventKind): boolean;
  /** The name of a mark in the store that holds for these types only. */
  markName(name: 'feed' | 'settled'): MarkName;
}

/**
 * @param types `payment.succeeded`, `payment.*` or `*`; undefined for all. Alerts (`tidings.*`) are in no list of outcomes,
 * and are left out
 * @throws ReceiverFault `invalid_types`
 */
export function eventTypes(types: readonly string[] | undefined): EventTypes {
  // `Array.from`, because `some` and `every` skip holes of a sparse array.
  const isOff =
    types !== undefined &&
    (types.length === 0 || Array.from(types).some((type) => !matches(EVENT_FILTER, type)));
  if (isOff) {
    throw new ReceiverFault(
      'invalid_types',
      `service.types takes payment.succeeded, payment.* or *, not ${types.map(String).join() || 'an empty list'}.`,
    );
  }
  const filters = types?.filter((type) => !isAlertFilter(type));
  if (filters?.length === 0) {
    throw new ReceiverFault('invalid_types', 'service.types has only alerts, which no question is about.');
  }
  if (filters === undefined || filters.includes('*'))
    return { text: undefined, includes: () => true, markName: (name) => name };
  const names = [...new Set(filters)].sort();
  const text = names.join();
  // The list may be longer than a key of a table.
  const hash = sha256Hex(text).slice(0, HASH_DIGITS);
  return {
    text,
    includes: (kind) => anyFilterMatches(names, kind),
    markName: (name) => `${name}:${hash}`,
  };
}
