/**
 * Whether a filter of an endpoint's `types` lets an event type through. Between two filters: whether the first lets
 * through all that the second does.
 *
 * @example lets('payment.*', 'payment.failed') // true
 */
export function lets(filter: string, type: string): boolean {
  return filter === '*' || filter === type || (filter.endsWith('.*') && type.startsWith(filter.slice(0, -1)));
}
