import { type CallbackPolicy, type CallbackUrlRefusal, vetCallbackUrl } from '../address.ts';
import { changeUnderRev, OVERTAKEN } from '../change-under-rev.ts';
import { base62 } from '../crypto.ts';
import { sealContext } from '../deliver/attempt/target.ts';
import type { Clock, ClockTrust, Random, Reporter } from '../environment.ts';
import { Fault } from '../faults.ts';
import { type EndpointId, endpointIdSchema, type MerchantId } from '../model.ts';
import type { Schedule } from '../schedule.ts';
import { DAY_SECONDS, isoTime, msOf, SECOND_MS } from '../time.ts';
import {
  currentSpan,
  DEFAULT_TIMEOUT_MS,
  type Endpoint,
  type SealedSecret,
  type SettingsSpan,
  type SignatureChoice,
} from './merchant-config.ts';
import type { MerchantStore } from './merchant-store.ts';
import type { Seal } from './seal.ts';
import {
  makePrivateKey,
  makeSecret,
  newestSecret,
  type Rotation,
  type RotationRefusal,
  rotated,
} from './secrets.ts';

/** A merchant's endpoints: made, changed, disabled, deleted. Every change is conditional on what was read. */

/** Live endpoints of one merchant. Each terminal outcome is told to every one. */
const MAX_ENDPOINTS = 20;
/** For how long an endpoint's past is kept: longer than the audit looks back. */
const PAST_MS = 2 * DAY_SECONDS * SECOND_MS;
/**
 * Endpoints deleted within that time. They are read with the live ones, to know what was expected of them: some 60 KB
 * at most. They take no place of a live one.
 */
const MAX_DELETED = 180;
/** Changes within that time; each is a span that must be kept to know what was expected. */
const MAX_SPANS = 32;
/** Enabling has room of its own, so that an endpoint that its owner could disable, or that we did, can be enabled again. */
const MAX_SPANS_ENABLING = 2 * MAX_SPANS;

export interface EndpointPorts {
  readonly merchants: MerchantStore;
  readonly seal: Seal;
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
  readonly random: Random;
  readonly callbackPolicy: CallbackPolicy;
}

export interface EndpointSettings {
  readonly url: string;
  readonly types: readonly string[];
  readonly timeoutMs: number;
  readonly schedule?: Schedule;
  readonly expectBody?: string;
  readonly signature?: SignatureChoice;
  readonly enabled: boolean;
}

/** `null` takes a setting away. */
export type EndpointChanges = Partial<Omit<EndpointSettings, 'schedule' | 'expectBody'>> & {
  readonly schedule?: Schedule | null;
  readonly expectBody?: string | null;
};

export type EndpointRefusal =
  | {
      readonly kind: 'refused';
      readonly code:
        | 'unknown_merchant'
        | 'unknown_endpoint'
        | 'too_many_endpoints'
        | RotationRefusal
        | 'too_many_changes';
    }
  | { readonly kind: 'refused_url'; readonly code: CallbackUrlRefusal };

const unknownEndpoint = { kind: 'refused', code: 'unknown_endpoint' } as const;

export async function createEndpoint(
  ports: EndpointPorts,
  merchantId: MerchantId,
  settings: Partial<EndpointSettings> & Pick<EndpointSettings, 'url'>,
): Promise<
  { readonly kind: 'created'; readonly endpoint: Endpoint; readonly secret: string } | EndpointRefusal
> {
  const vetted = vetCallbackUrl(settings.url, ports.callbackPolicy);
  if (!vetted.ok) return { kind: 'refused_url', code: vetted.code };
  const config = await ports.merchants.read(merchantId);
  if (config === undefined) return { kind: 'refused', code: 'unknown_merchant' };
  const tooMany = refusedForNumber(config.endpoints, ports.clock.now());
  if (tooMany !== undefined) return tooMany;
  const endpointId = endpointIdSchema.parse(`ep_${base62(ports.random.bytes(12))}`);
  const made = await makeSecret(ports, sealContext(merchantId, endpointId), settings.signature);
  const { secret } = made;
  // The stamp will be compared with those of others; the read above has shown what the table's clock says.
  ports.clockTrust.assertTrusted();
  // Stamped as late as can be: what is listed between the stamp and the write expects what nobody sees yet.
  const now = isoTime(ports.clock.now());
  const endpoint: Endpoint = {
    merchantId,
    endpointId,
    url: settings.url,
    timeoutMs: settings.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    ...(settings.schedule !== undefined && { schedule: settings.schedule }),
    ...(settings.expectBody !== undefined && { expectBody: settings.expectBody }),
    history: [{ from: now, enabled: settings.enabled ?? true, types: [...(settings.types ?? ['*'])] }],
    ...(settings.signature !== undefined && { signature: settings.signature }),
    secrets: [{ ...made.kept, createdAt: now }],
    createdAt: now,
    rev: 1,
  };
  if (await ports.merchants.createEndpoint(endpoint, config.profile.rev)) {
    return { kind: 'created', endpoint, secret };
  }
  // Refused by another change, or by our own write whose answer was lost: the sealed secret tells.
  const written = (await ports.merchants.read(merchantId))?.endpoints.find(
    (one) => one.endpointId === endpointId,
  );
  if (written !== undefined) return { kind: 'created', endpoint: written, secret };
  throw new Fault({ code: 'contended', message: 'The merchant kept changing; try again.', retryable: true });
}

function refusedForNumber(
  endpoints: readonly Endpoint[],
  nowMs: number,
): Extract<EndpointRefusal, { kind: 'refused' }> | undefined {
  if (endpoints.filter(isLive).length >= MAX_ENDPOINTS)
    return { kind: 'refused', code: 'too_many_endpoints' };
  const oldest = isoTime(nowMs - PAST_MS);
  const deleted = endpoints.filter(({ deletedAt }) => deletedAt !== undefined && deletedAt > oldest);
  return deleted.length >= MAX_DELETED ? { kind: 'refused', code: 'too_many_changes' } : undefined;
}

/** The live endpoints of a merchant; deleted ones are not shown. */
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
    if (!vetted.ok) return { kind: 'refused_url', code: vetted.code };
  }
  const { types, enabled, ...rest } = changes;
  const asksForKey = changes.signature !== undefined && changes.signature !== 'v1';
  const privateKey = asksForKey
    ? await makePrivateKey(ports, sealContext(key.merchantId, key.endpointId))
    : undefined;
  return update(ports, key, (endpoint, now) => {
    ports.clockTrust.assertTrusted();
    const span = currentSpan(endpoint);
    const secrets = withPrivateKey(endpoint.secrets, privateKey);
    const changed = withSpan(withoutNulls({ ...endpoint, ...rest, secrets }), {
      from: now,
      enabled: enabled ?? span.enabled,
      types: [...(types ?? span.types)],
    });
    const isSame = changed.history.length === endpoint.history.length;
    const isEnabling = !span.enabled && enabled === true;
    const most = isEnabling ? MAX_SPANS_ENABLING : MAX_SPANS;
    const isTooMany = changed.history.length > most && !isSame;
    return isTooMany ? { kind: 'refused', code: 'too_many_changes' } : changed;
  });
}

/** The newest secret gets the key pair, unless it has one. */
function withPrivateKey(
  [newest, ...others]: readonly SealedSecret[],
  privateKey: SealedSecret['privateKey'] | undefined,
): SealedSecret[] {
  if (newest === undefined) return [];
  const isMissing = newest.privateKey === undefined && privateKey !== undefined;
  return [isMissing ? { ...newest, privateKey } : newest, ...others];
}

function withoutNulls(endpoint: { readonly [K in keyof Endpoint]: Endpoint[K] | null }): Endpoint {
  return Object.fromEntries(Object.entries(endpoint).filter(([, value]) => value !== null)) as Endpoint;
}

/**
 * Deletes: nothing is sent to it any more, and its open notifications become `blocked` at their attempt. Only what tells
 * what was expected of it is kept: no secrets.
 */
export async function deleteEndpoint(
  ports: EndpointPorts,
  key: { readonly merchantId: MerchantId; readonly endpointId: EndpointId },
): Promise<{ readonly kind: 'changed'; readonly endpoint: Endpoint } | EndpointRefusal> {
  return update(ports, key, (endpoint, now) => {
    ports.clockTrust.assertTrusted();
    const { expectBody: _forgotten, ...kept } = endpoint;
    const deleted = { ...kept, secrets: [], deletedAt: now };
    return withSpan(deleted, { ...currentSpan(endpoint), from: now, enabled: false });
  });
}

/**
 * The receiver asked never to be called again, or has not answered for days. Only the URL that did so is meant:
 * an endpoint that was given another one since stays as it is. Told before it is written: whoever dies between the
 * two, or loses a race, tells it again; the other way about, it might never be told.
 */
export async function disableEndpoint(
  ports: { readonly merchants: MerchantStore; readonly clock: Clock; readonly reporter: Reporter },
  options: {
    readonly merchantId: MerchantId;
    readonly endpointId: EndpointId;
    readonly url: string;
    readonly reason: string;
  },
): Promise<void> {
  const { merchantId, endpointId, url, reason } = options;
  await update(ports, options, (endpoint, now) => {
    const span = currentSpan(endpoint);
    if (!span.enabled || endpoint.url !== url) return endpoint;
    ports.reporter.report({ event: 'endpoint_disabled', merchantId, endpointId, reason });
    return withSpan(endpoint, { ...span, from: now, enabled: false });
  });
}

/** The same `rotation` again within the hour is answered with the same secret. */
export async function rotateEndpointSecret(
  ports: EndpointPorts,
  key: { readonly merchantId: MerchantId; readonly endpointId: EndpointId },
  rotation: Rotation,
): Promise<
  | { readonly kind: 'rotated' | 'repeated'; readonly secret: string; readonly publicKey?: string }
  | EndpointRefusal
> {
  const context = sealContext(key.merchantId, key.endpointId);
  // Both are made, whatever is chosen now: the choice may change while the secret is in use.
  const made = await makeSecret(ports, context, 'both');
  const result = await update(ports, key, (endpoint) => {
    const next = { kept: made.kept, nowMs: ports.clock.now(), rotation };
    const secrets = rotated(endpoint.secrets, next);
    if (typeof secrets === 'string') return { kind: 'refused', code: secrets };
    return secrets === endpoint.secrets ? endpoint : { ...endpoint, secrets: [...secrets] };
  });
  if (result.kind !== 'changed') return result;
  const publicKey = publicKeyOf(result.endpoint);
  const newest = await newestSecret(ports, result.endpoint.secrets, { made, context });
  return { ...newest, ...(publicKey !== undefined && { publicKey }) };
}

/** What a receiver verifies `v1a` with; undefined where the endpoint does not ask for it. */
export function publicKeyOf({ signature, secrets }: Endpoint): string | undefined {
  return signature === undefined || signature === 'v1' ? undefined : secrets[0]?.privateKey?.publicKey;
}

export function isLive(endpoint: Endpoint): boolean {
  return endpoint.deletedAt === undefined;
}

/** Reads, changes, and writes on condition that nobody else wrote; a lost race is run again. */
async function update(
  ports: { readonly merchants: MerchantStore; readonly clock: Clock },
  key: { readonly merchantId: MerchantId; readonly endpointId: EndpointId },
  change: (endpoint: Endpoint, now: string) => Endpoint | Extract<EndpointRefusal, { kind: 'refused' }>,
): Promise<
  { readonly kind: 'changed'; readonly endpoint: Endpoint } | Extract<EndpointRefusal, { kind: 'refused' }>
> {
  return changeUnderRev('The endpoint', async () => {
    const config = await ports.merchants.read(key.merchantId);
    if (config === undefined) return { kind: 'refused', code: 'unknown_merchant' };
    const endpoint = config.endpoints.find((one) => one.endpointId === key.endpointId);
    if (endpoint === undefined || !isLive(endpoint)) return unknownEndpoint;
    const changed = change(endpoint, isoTime(ports.clock.now()));
    if ('kind' in changed) return changed;
    if (changed === endpoint) return { kind: 'changed', endpoint };
    const next = { ...changed, rev: endpoint.rev + 1 };
    const isSaved = await ports.merchants.saveEndpoint(next, endpoint.rev);
    return isSaved ? { kind: 'changed', endpoint: next } : OVERTAKEN;
  });
}

/** Appends a span where it says something new, and forgets what is too old to matter. */
function withSpan(endpoint: Endpoint, span: SettingsSpan): Endpoint {
  const last = currentSpan(endpoint);
  const same = last.enabled === span.enabled && last.types.join() === span.types.join();
  if (same) return endpoint;
  const oldest = isoTime(msOf(span.from) - PAST_MS);
  const inForce = Math.max(
    endpoint.history.findLastIndex(({ from }) => from <= oldest),
    0,
  );
  return { ...endpoint, history: [...endpoint.history.slice(inForce), span] };
}
