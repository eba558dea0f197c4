import { anyFilterMatches } from '../../protocol/event-names.ts';
import type { TypeFilter } from '../feed/digest.ts';
import type { Endpoint, MerchantConfig, SettingsSpan } from '../merchants/merchant-config.ts';
import { type EndpointId, NOTIFY_URL_ENDPOINT, type TerminalOutcome } from '../model.ts';

/**
 * The endpoints that must be notified of a terminal outcome: those that were enabled at `listedAt` and whose filter
 * accepts the event type, plus the transaction's own `notifyUrl`. Relay, audit and query all use this definition.
 *
 * @param notifyUrl the transaction's callback URL: from the terminal outcome, otherwise from its PENDING
 */
export function expectedEndpoints(
  outcome: TerminalOutcome,
  config: Pick<MerchantConfig, 'endpoints'>,
  notifyUrl: string | undefined,
): readonly EndpointId[] {
  const expected = config.endpoints
    .filter((endpoint) => {
      const span = spanAt(endpoint, outcome.listedAt);
      return span?.enabled === true && anyFilterMatches(span.types, outcome);
    })
    .map((endpoint) => endpoint.endpointId);
  return notifyUrl === undefined ? expected : [...expected, NOTIFY_URL_ENDPOINT];
}

/** The settings in force at `time`; undefined before the endpoint was created. Times have a fixed width, so they sort as text. */
function spanAt(endpoint: Endpoint, time: string): SettingsSpan | undefined {
  return endpoint.history.findLast((span) => span.from <= time);
}

/** The filter for an endpoint's list of event types. Default: accepts every type. */
export function typeFilter(filters: readonly string[] = ['*']): TypeFilter {
  return (of) => anyFilterMatches(filters, of);
}
