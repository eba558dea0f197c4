import { isAlertFilter } from '../protocol/alerts.ts';
import { anyFilterMatches, EVENT_FILTER, type EventKind } from '../protocol/event-names.ts';
import { matches } from '../protocol/id-forms.ts';
import { ReceiverFault } from './receiver-fault.ts';

/** The event types that this receiver gets: the `types` of its endpoint. */
export interface EventTypes {
  /** Sorted and comma-separated, as the service's `types` parameter; undefined for all types. */
  readonly text: string | undefined;
  includes(kind: EventKind): boolean;
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
  if (filters === undefined || filters.includes('*')) return { text: undefined, includes: () => true };
  const names = [...new Set(filters)].sort();
  return { text: names.join(), includes: (kind) => anyFilterMatches(names, kind) };
}
