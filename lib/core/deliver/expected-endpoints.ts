import { letsThrough } from '../../protocol/event-names.ts';
import type { TypeFilter } from '../feed/digest.ts';
import type { Endpoint, MerchantConfig, SettingsSpan } from '../merchants/merchant-config.ts';
import { type EndpointId, NOTIFY_URL_ENDPOINT, type TerminalOutcome } from '../model.ts';

/**
 * The endpoints that one terminal outcome is to be told to: those enabled at `listedAt` whose filter lets the
 * type through, and the transaction's own `notifyUrl`. The one definition for relay, audit and query.
 *
 * @param notifyUrl the transaction's callback URL, from the terminal outcome or else from its PENDING
 */
export function expectedEndpoints(
  outcome: TerminalOutcome,
  config: Pick<MerchantConfig, 'endpoints'>,
  notifyUrl: string | undefined,
): readonly EndpointId[] {
  const expected = config.endpoints
    .filter((endpoint) => {
      const span = spanAt(endpoint, outcome.listedAt);
      return span?.enabled === true && letsThrough(span.types, outcome);
    })
    .map((endpoint) => endpoint.endpointId);
  return notifyUrl === undefined ? expected : [...expected, NOTIFY_URL_ENDPOINT];
}

/** What was in force at `time`; undefined before the endpoint's creation. Times of one width sort as text. */
function spanAt(endpoint: Endpoint, time: string): SettingsSpan | undefined {
  return endpoint.history.findLast((span) => span.from <= time);
}

/** What an endpoint's list of event types lets through; everything where there is none. */
export function typeFilter(filters: readonly string[] = ['*']): TypeFilter {
  return (of) => letsThrough(filters, of);
}
