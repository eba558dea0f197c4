import { vetCallbackUrl } from '../../protocol/content/callback-target.ts';
import { base62 } from '../crypto.ts';
import { type EndpointId, endpointIdSchema, type MerchantId } from '../model.ts';
import { changeUnderRev, OVERTAKEN } from '../runtime/change-under-rev.ts';
import { isoTime, msOf } from '../time.ts';
import type { AuditEntry } from './audit-log/audit-entry.ts';
import { fieldsOf } from './audit-log/audit-trail.ts';
import { createDatedWrites, type DatingPorts, untilInForce, type WriteTimes } from './dated-writes.ts';
import { type EndpointPorts, type EndpointRefusal, isLive, updateEndpoint } from './endpoints.ts';
import { DEFAULT_TIMEOUT_MS, type Endpoint, type MerchantConfig } from './merchant-config.ts';
import { sealContext } from './secrets/seal.ts';
import { type MadeSecret, makeSecret } from './secrets/secrets.ts';
import { withBodies } from './settings/accepted-bodies.ts';
import { type SealedChanges, sealChanges, withHeaders } from './settings/custom-headers.ts';
import type { NewEndpointSettings } from './settings/endpoint-settings.ts';
import { newHistory, PAST_MS } from './settings-history.ts';

/** Maximum number of live endpoints of one merchant. A terminal outcome may go to every one of them. */
const MAX_ENDPOINTS = 20;
/**
 * Maximum number of endpoints deleted within the time for which the past is kept. They are read with the live ones, to know which
 * notifications they were expected to get: about 60 KB at most. They do not count towards {@link MAX_ENDPOINTS}.
 */
const MAX_DELETED = 180;

export interface CreatedEndpoint {
  readonly kind: 'created';
  readonly endpoint: Endpoint;
  readonly secret: string;
}

/**
 * Lost races before a creation gives up. Each one means that another write succeeded. After {@link MAX_ENDPOINTS} creations
 * the next try is refused for their number.
 */
export const MAX_CREATE_TRIES = MAX_ENDPOINTS + 1;

/** Makes an endpoint with a secret of its own. Returns when the endpoint is in force. */
export function createEndpoint(
  ports: EndpointPorts,
  merchantId: MerchantId,
  settings: NewEndpointSettings,
): Promise<CreatedEndpoint | EndpointRefusal> {
  const endpointId = endpointIdSchema().parse(`ep_${base62(ports.random.bytes(12))}`);
  const create = endpointCreation(ports, { merchantId, endpointId, settings });
  return changeUnderRev<CreatedEndpoint | EndpointRefusal>(
    'The merchant',
    async () => create(await ports.merchants.read(merchantId)),
    MAX_CREATE_TRIES,
  );
}

interface EndpointToCreate {
  readonly merchantId: MerchantId;
  readonly endpointId: EndpointId;
  readonly settings: NewEndpointSettings;
}

/**
 * One try to make the endpoint.
 *
 * @param config the merchant as read before. No endpoint has the id
 * @returns `overtaken` if the merchant or its endpoints changed since `config` was read, and nothing was made
 */
type Creation = (
  config: MerchantConfig | undefined,
) => Promise<CreatedEndpoint | EndpointRefusal | typeof OVERTAKEN>;

/** Makes an endpoint, in any number of tries. Each has the same secret and the same entry of the audit log. */
export function endpointCreation(ports: EndpointPorts, wanted: EndpointToCreate): Creation {
  const startedMs = ports.clock.now();
  let prepared: Promise<Prepared> | undefined;
  return async (config) => {
    const vetted = vetCallbackUrl(wanted.settings.url, ports.callbackPolicy);
    if (!vetted.ok) return { kind: 'refused_url', code: vetted.code, detail: vetted.detail };
    if (config === undefined) return { kind: 'refused', code: 'unknown_merchant' };
    const tooMany = refusedForNumber(config.endpoints, ports.clock.now());
    if (tooMany !== undefined) return tooMany;
    prepared ??= prepare(ports, wanted);
    return createUnderRev({ ...ports, startedMs }, await prepared, config.profile.rev);
  };
}

/** What all tries of one creation share. */
interface Prepared extends EndpointToCreate {
  readonly secret: MadeSecret;
  readonly headers: SealedChanges;
  readonly entry: AuditEntry;
}

async function prepare(ports: EndpointPorts, wanted: EndpointToCreate): Promise<Prepared> {
  const { merchantId, endpointId, settings } = wanted;
  const secret = await makeSecret(ports, sealContext(merchantId, endpointId), settings.signature);
  const headers = await sealChanges(ports, { merchantId, endpointId }, { changes: settings.headers ?? null });
  const fields = fieldsOf(settings);
  const entry = ports.trail.entry({ action: 'endpoint.created', merchantId, endpointId, fields });
  return { ...wanted, secret, headers, entry };
}

async function createUnderRev(
  ports: EndpointPorts & DatingPorts,
  prepared: Prepared,
  rev: number,
): Promise<CreatedEndpoint | EndpointRefusal | typeof OVERTAKEN> {
  const { merchantId, endpointId, secret, entry } = prepared;
  const writes = createDatedWrites(ports);
  const result = await changeUnderRev('The merchant', async () => {
    // Our stamps will be compared with those of other machines. The read above compared this clock with the table's.
    ports.clockTrust.assertTrusted();
    const times = writes.next();
    const next = newEndpoint(prepared, times);
    const written = await writes.write({ next }, times, () =>
      ports.merchants.createEndpoint(next, rev, { withinMs: times.withinMs, entry }),
    );
    if (written === 'written') return { kind: 'changed', endpoint: next } as const;
    const found = await updateEndpoint({ ...ports, writes, entry }, { merchantId, endpointId }, (one) => one);
    if (found.kind === 'changed' && isMade(found.endpoint, secret)) return found;
    // The write did not take effect: another change came first, or the write did not arrive.
    return written === 'refused' || found.kind === 'changed' ? undefined : OVERTAKEN;
  });
  if (result === undefined) return OVERTAKEN;
  await untilInForce(ports, result.endpoint);
  return { kind: 'created', endpoint: result.endpoint, secret: secret.secret };
}

/** Whether this call made the endpoint: it has the secret, which another call with the same id would not have. */
function isMade({ secrets }: Endpoint, made: MadeSecret): boolean {
  return secrets.some(({ sealed }) => sealed === made.kept.sealed);
}

function newEndpoint(prepared: Prepared, times: WriteTimes): Endpoint {
  const { merchantId, endpointId, settings, secret } = prepared;
  const headers = withHeaders([], prepared.headers, msOf(times.now));
  const { url, description, timeoutMs = DEFAULT_TIMEOUT_MS, schedule, expectBody, signature } = settings;
  const { enabled = true, types = ['*'], ratePerSecond } = settings;
  const endpoint: Endpoint = {
    merchantId,
    endpointId,
    url,
    ...(description !== undefined && { description }),
    timeoutMs,
    ...(schedule !== undefined && { schedule }),
    ...(!enabled && { disabled: { at: times.now, reason: 'requested' } }),
    history: newHistory({ enabled, types: [...types] }, times),
    ...(signature !== undefined && { signature }),
    ...(ratePerSecond !== undefined && { ratePerSecond }),
    ...(headers.length > 0 && { headers }),
    secrets: [{ ...secret.kept, createdAt: times.now }],
    createdAt: times.now,
    rev: 1,
  };
  return expectBody === undefined ? endpoint : withBodies(endpoint, expectBody);
}

function refusedForNumber(
  endpoints: readonly Endpoint[],
  nowMs: number,
): Extract<EndpointRefusal, { kind: 'refused' }> | undefined {
  if (endpoints.filter(isLive).length >= MAX_ENDPOINTS) {
    const detail = `A merchant has at most ${MAX_ENDPOINTS} endpoints.`;
    return { kind: 'refused', code: 'too_many_endpoints', detail };
  }
  const oldest = isoTime(nowMs - PAST_MS);
  const deleted = endpoints.filter(({ deletedAt }) => deletedAt !== undefined && deletedAt > oldest);
  if (deleted.length < MAX_DELETED) return undefined;
  const detail = `A merchant deletes at most ${MAX_DELETED} endpoints within two days.`;
  return { kind: 'refused', code: 'too_many_changes', detail };
}
