import {
  type CallbackPolicy,
  type CallbackUrlRefusal,
  vetCallbackUrl,
} from '../../protocol/content/callback-target.ts';
import { canonicalJson } from '../../protocol/json/canonical-json.ts';
import type { EndpointId, MerchantId } from '../model.ts';
import { changeUnderRev, OVERTAKEN } from '../runtime/change-under-rev.ts';
import type { ClockTrust, Reporter } from '../runtime/environment.ts';
import type { AuditEntry } from './audit-log/audit-entry.ts';
import { type AuditTrail, fieldsOf } from './audit-log/audit-trail.ts';
import {
  createDatedWrites,
  type DatedWrites,
  type DatingPorts,
  LEAD,
  untilInForce,
  type WriteTimes,
} from './dated-writes.ts';
import {
  currentSpan,
  type DisabledReason,
  type Endpoint,
  type MerchantConfig,
  type SealedSecret,
} from './merchant-config.ts';
import type { MerchantStore } from './merchant-store.ts';
import type { Seal } from './secrets/seal.ts';
import { sealContext } from './secrets/seal.ts';
import {
  makePrivateKey,
  makeSecret,
  newestSecret,
  type Rotation,
  type RotationRefusal,
  withRotatedSecrets,
} from './secrets/secrets.ts';
import { type HeaderChanges, type SealedChanges, sealChanges } from './settings/custom-headers.ts';
import {
  changedSettings,
  type EndpointChanges,
  type SettingsRefusal,
  withoutPrivateSettings,
} from './settings/endpoint-settings.ts';
import { changedHistory } from './settings-history.ts';

/**
 * Changes, disables and deletes a merchant's endpoints. Every change is conditional on what was read, and is in force
 * when it is answered.
 */

/**
 * Maximum number of spans within two days. They must be kept to know what was expected. A change adds one span, or two if it both
 * widens and narrows.
 */
const MAX_SPANS = 32;
/** Enabling has a higher limit, so that an endpoint that its owner or the service disabled can always be enabled again. */
const MAX_SPANS_ENABLING = 2 * MAX_SPANS;

export interface EndpointPorts extends DatingPorts {
  readonly trail: AuditTrail;
  readonly merchants: MerchantStore;
  readonly seal: Seal;
  readonly clockTrust: ClockTrust;
  readonly callbackPolicy: CallbackPolicy;
}

export type EndpointRefusal =
  | {
      readonly kind: 'refused';
      readonly code:
        | 'unknown_merchant'
        | 'unknown_endpoint'
        | 'too_many_endpoints'
        | RotationRefusal
        | SettingsRefusal['code']
        | 'too_many_changes'
        | 'endpoint_deleted';
      /** The limit, for people. */
      readonly detail?: string | undefined;
    }
  | { readonly kind: 'refused_url'; readonly code: CallbackUrlRefusal; readonly detail?: string | undefined };

const unknownEndpoint = { kind: 'refused', code: 'unknown_endpoint' } as const;

/** The live endpoints of a merchant, without deleted ones. */
export async function listEndpoints(
  ports: Pick<EndpointPorts, 'merchants'>,
  merchantId: MerchantId,
): Promise<readonly Endpoint[] | undefined> {
  const config = await ports.merchants.read(merchantId);
  return config?.endpoints.filter(isLive);
}

export async function changeEndpoint(
  ports: EndpointPorts,
  key: { readonly merchantId: MerchantId; readonly endpointId: EndpointId },
  changes: EndpointChanges,
): Promise<{ readonly kind: 'changed'; readonly endpoint: Endpoint } | EndpointRefusal> {
  if (changes.url !== undefined) {
    const vetted = vetCallbackUrl(changes.url, ports.callbackPolicy);
    if (!vetted.ok) return { kind: 'refused_url', code: vetted.code, detail: vetted.detail };
  }
  const { types, enabled } = changes;
  const headers = await sealedChanges(ports, key, changes.headers);
  const asksForKey = changes.signature !== undefined && changes.signature !== 'v1';
  const privateKey = asksForKey
    ? await makePrivateKey(ports, sealContext(key.merchantId, key.endpointId))
    : undefined;
  const entry = ports.trail.entry({ action: 'endpoint.changed', ...key, fields: fieldsOf(changes) });
  const result = await updateEndpoint({ ...ports, entry }, key, (endpoint, times) => {
    ports.clockTrust.assertTrusted();
    const span = currentSpan(endpoint);
    const secrets = withPrivateKey(endpoint.secrets, privateKey);
    const wanted = { enabled: enabled ?? span.enabled, types: [...(types ?? span.types)] };
    const history = changedHistory(endpoint.history, wanted, times);
    const isSame = history === endpoint.history;
    const isEnabling = !span.enabled && enabled === true;
    const most = isEnabling ? MAX_SPANS_ENABLING : MAX_SPANS;
    if (history.length > most && !isSame) return tooManyChanges(most - 1);
    const settings = changedSettings(endpoint, { changes, headers, now: times.now });
    if ('kind' in settings) return settings;
    const changed = { ...settings, secrets, history: [...history] };
    // A repeated request writes nothing.
    if (canonicalJson(changed) === canonicalJson(endpoint)) return endpoint;
    if (wanted.enabled === span.enabled) return changed;
    return withDisabled(changed, wanted.enabled ? undefined : { at: times.now, reason: 'requested' });
  });
  if (result.kind === 'changed') await untilInForce(ports, result.endpoint);
  return result;
}

function tooManyChanges(most: number): Extract<EndpointRefusal, { kind: 'refused' }> {
  return {
    kind: 'refused',
    code: 'too_many_changes',
    detail: `An endpoint takes at most ${most} changes of enabled and types within two days; one that adds and removes counts twice.`,
  };
}

/** Seals new values of headers before the change begins, so that its writes stay short. */
async function sealedChanges(
  ports: Pick<EndpointPorts, 'merchants' | 'seal'>,
  key: { readonly merchantId: MerchantId; readonly endpointId: EndpointId },
  changes: HeaderChanges | null | undefined,
): Promise<SealedChanges | undefined> {
  if (changes === undefined) return undefined;
  const config = await ports.merchants.read(key.merchantId);
  const stored = config?.endpoints.find(({ endpointId }) => endpointId === key.endpointId)?.headers;
  return sealChanges(ports, key, { changes, stored });
}

function withDisabled(endpoint: Endpoint, disabled: Endpoint['disabled']): Endpoint {
  const { disabled: _former, ...rest } = endpoint;
  return disabled === undefined ? rest : { ...rest, disabled };
}

/** Adds a key pair to the newest secret if it has none. */
function withPrivateKey(
  [newest, ...others]: readonly SealedSecret[],
  privateKey: SealedSecret['privateKey'] | undefined,
): SealedSecret[] {
  if (newest === undefined) return [];
  const isMissing = newest.privateKey === undefined && privateKey !== undefined;
  return [isMissing ? { ...newest, privateKey } : newest, ...others];
}

/**
 * Deletes an endpoint. Nothing is sent to it any more, and its open notifications become `blocked` at their next attempt.
 * Its history, which says which notifications it was expected to get, is kept. Its secrets, its headers, its
 * description and its accepted bodies are not.
 */
export async function deleteEndpoint(
  ports: EndpointPorts,
  key: { readonly merchantId: MerchantId; readonly endpointId: EndpointId },
): Promise<{ readonly kind: 'changed'; readonly endpoint: Endpoint } | EndpointRefusal> {
  const entry = ports.trail.entry({ action: 'endpoint.deleted', ...key });
  return updateEndpoint({ ...ports, entry }, key, (endpoint, times) => {
    ports.clockTrust.assertTrusted();
    const kept = withoutPrivateSettings(endpoint);
    return { ...kept, secrets: [], deletedAt: times.now, history: disabledHistory(endpoint, times) };
  });
}

interface DisablingPorts extends Omit<DatingPorts, 'lead'> {
  readonly merchants: MerchantStore;
  readonly reporter: Reporter;
  /** Called before the write, with what was read. May be called again for the same endpoint. */
  readonly announce?: (endpoint: Endpoint, config: MerchantConfig) => Promise<void>;
}

/**
 * Disables an endpoint whose receiver asked never to be called again, or has not answered for days. It applies only to
 * the URL that did so: an endpoint that has another URL by now is left as it is. The event is reported, and the merchant's
 * alert put, before the write. A run that dies in between, or loses a race, does both again. In the other order nobody
 * might ever be told.
 */
export async function disableEndpoint(
  ports: DisablingPorts,
  options: {
    readonly merchantId: MerchantId;
    readonly endpointId: EndpointId;
    readonly url: string;
    readonly reason: Exclude<DisabledReason, 'requested'>;
  },
): Promise<void> {
  const { merchantId, endpointId, url, reason } = options;
  const isConcerned = (one: Endpoint) => isLive(one) && currentSpan(one).enabled && one.url === url;
  const config = await ports.merchants.read(merchantId);
  const found = config?.endpoints.find((one) => one.endpointId === endpointId);
  if (config === undefined || found === undefined || !isConcerned(found)) return;
  await ports.announce?.(found, config);
  await updateEndpoint({ ...ports, lead: LEAD }, options, (endpoint, times) => {
    if (!isConcerned(endpoint)) return endpoint;
    ports.reporter.report({ event: 'endpoint_disabled', merchantId, endpointId, reason });
    const disabled = { at: times.now, reason };
    return { ...endpoint, disabled, history: disabledHistory(endpoint, times) };
  });
}

function disabledHistory(endpoint: Endpoint, times: WriteTimes): Endpoint['history'] {
  const { types } = currentSpan(endpoint);
  return [...changedHistory(endpoint.history, { enabled: false, types }, times)];
}

/** Rotates the endpoint's secret. Repeating the same `rotation` within the hour returns the same secret. */
export async function rotateEndpointSecret(
  ports: EndpointPorts,
  key: { readonly merchantId: MerchantId; readonly endpointId: EndpointId },
  rotation: Rotation,
): Promise<
  | { readonly kind: 'rotated' | 'repeated'; readonly secret: string; readonly publicKey?: string }
  | EndpointRefusal
> {
  const context = sealContext(key.merchantId, key.endpointId);
  // Always make both: the endpoint's signature setting may change while the secret is in use.
  const made = await makeSecret(ports, context, 'both');
  const entry = ports.trail.entry({ action: 'endpoint.secret_rotated', ...key });
  const result = await updateEndpoint({ ...ports, entry }, key, (endpoint) =>
    withRotatedSecrets(endpoint, { kept: made.kept, nowMs: ports.clock.now(), rotation }),
  );
  if (result.kind !== 'changed') return result;
  const publicKey = publicKeyOf(result.endpoint);
  const newest = await newestSecret(ports, result.endpoint.secrets, { made, context });
  return { ...newest, ...(publicKey !== undefined && { publicKey }) };
}

/** The public key with which a receiver verifies `v1a`; undefined if the endpoint does not use `v1a`. */
export function publicKeyOf({ signature, secrets }: Endpoint): string | undefined {
  return signature === undefined || signature === 'v1' ? undefined : secrets[0]?.privateKey?.publicKey;
}

export function isLive(endpoint: Endpoint): boolean {
  return endpoint.deletedAt === undefined;
}

interface UpdatePorts extends DatingPorts {
  readonly merchants: MerchantStore;
  /** The writes of a change that has already begun. */
  readonly writes?: DatedWrites;
  /** For the audit log. Absent: the service itself makes the change. */
  readonly entry?: AuditEntry;
}

/**
 * Reads, changes, and writes on the condition that nobody else wrote. A lost race is repeated. So is a write that was not
 * answered: the item is read and dated again.
 */
export async function updateEndpoint(
  ports: UpdatePorts,
  key: { readonly merchantId: MerchantId; readonly endpointId: EndpointId },
  change: (endpoint: Endpoint, times: WriteTimes) => Endpoint | Extract<EndpointRefusal, { kind: 'refused' }>,
): Promise<
  { readonly kind: 'changed'; readonly endpoint: Endpoint } | Extract<EndpointRefusal, { kind: 'refused' }>
> {
  const { writes = createDatedWrites(ports), entry } = ports;
  const logged = entry === undefined ? {} : { entry };
  let tried: Endpoint | undefined;
  return changeUnderRev('The endpoint', async () => {
    const config = await ports.merchants.read(key.merchantId);
    if (config === undefined) return { kind: 'refused', code: 'unknown_merchant' };
    const endpoint = config.endpoints.find((one) => one.endpointId === key.endpointId);
    if (endpoint === undefined) return unknownEndpoint;
    if (!isLive(endpoint)) {
      const isOwnWrite = endpoint.rev === tried?.rev && endpoint.deletedAt === tried.deletedAt;
      return isOwnWrite ? { kind: 'changed', endpoint } : unknownEndpoint;
    }
    const times = writes.next();
    const changed = change(writes.corrected(endpoint, times), times);
    if ('kind' in changed) return changed;
    if (changed === endpoint) return { kind: 'changed', endpoint };
    const next = { ...changed, rev: endpoint.rev + 1 };
    tried = next;
    const written = await writes.write({ previous: endpoint, next }, times, () =>
      ports.merchants.saveEndpoint(next, endpoint.rev, { withinMs: times.withinMs, ...logged }),
    );
    return written === 'written' ? { kind: 'changed', endpoint: next } : OVERTAKEN;
  });
}
