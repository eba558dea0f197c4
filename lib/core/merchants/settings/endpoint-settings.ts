import type { Schedule } from '../../schedule.ts';
import type { Endpoint, SignatureChoice } from '../merchant-config.ts';
import { type ExpectBody, withBodies } from './accepted-bodies.ts';
import { type HeaderChanges, MAX_HEADERS, type SealedChanges, withHeaders } from './custom-headers.ts';

/** An endpoint's settings as callers give them, and the row after a change. */

interface EndpointSettings {
  readonly url: string;
  readonly description?: string;
  readonly types: readonly string[];
  readonly timeoutMs: number;
  readonly schedule?: Schedule;
  readonly expectBody?: ExpectBody;
  readonly headers?: HeaderChanges;
  readonly ratePerSecond?: number;
  readonly signature?: SignatureChoice;
  readonly enabled: boolean;
}

/** The settings of a new endpoint. Missing ones get defaults. */
export type NewEndpointSettings = Partial<EndpointSettings> & Pick<EndpointSettings, 'url'>;

type Removable = 'description' | 'schedule' | 'expectBody' | 'headers' | 'ratePerSecond';

/** `null` removes a setting. */
export type EndpointChanges = Partial<Omit<EndpointSettings, Removable>> & {
  readonly [K in Removable]?: NonNullable<EndpointSettings[K]> | null;
};

export interface SettingsRefusal {
  readonly kind: 'refused';
  readonly code: 'too_many_headers' | 'header_values_required';
}

/** A change, with its header values sealed. */
interface ChangeToApply {
  readonly changes: EndpointChanges;
  readonly headers: SealedChanges | undefined;
  readonly now: string;
}

/**
 * The endpoint after a change, except for its secrets and its dated history.
 *
 * Header values are meant for one receiver. A caller who may change the URL, but does not know the values, must not be
 * able to have them sent elsewhere. So if the URL gets another origin, the change must give every value again, or remove it.
 */
export function changedSettings(
  endpoint: Endpoint,
  { changes, headers, now }: ChangeToApply,
): Endpoint | SettingsRefusal {
  const { types: _types, enabled: _enabled, expectBody, headers: _headers, ...rest } = changes;
  const stored = endpoint.headers ?? [];
  const nextHeaders = headers === undefined ? stored : withHeaders(stored, headers, Date.parse(now));
  if (nextHeaders.length > MAX_HEADERS && nextHeaders.length > stored.length) {
    return { kind: 'refused', code: 'too_many_headers' };
  }
  const isMoved = rest.url !== undefined && originOf(rest.url) !== originOf(endpoint.url);
  const isGiven = (name: string) => headers?.set.some((one) => one.name === name) === true;
  if (isMoved && !nextHeaders.every(({ name }) => isGiven(name))) {
    return { kind: 'refused', code: 'header_values_required' };
  }
  const { headers: _former, ...others } = endpoint;
  const changed = withoutNulls({ ...others, ...rest });
  const withNewHeaders = { ...changed, ...(nextHeaders.length > 0 && { headers: nextHeaders }) };
  return expectBody === undefined ? withNewHeaders : withBodies(withNewHeaders, expectBody);
}

/** A deleted endpoint without what may be private and is not needed to know what was expected of it. */
export function withoutPrivateSettings(endpoint: Endpoint): Endpoint {
  const { description: _description, headers: _headers, ...kept } = withBodies(endpoint, null);
  return kept;
}

function withoutNulls(endpoint: { readonly [K in keyof Endpoint]: Endpoint[K] | null }): Endpoint {
  return Object.fromEntries(Object.entries(endpoint).filter(([, value]) => value !== null)) as Endpoint;
}

/** Stored URLs may be of an older version: one that does not parse has an origin of its own. */
function originOf(url: string): string {
  return URL.parse(url)?.origin ?? url;
}
