import { sha256Hex } from '../../../protocol/hashes.ts';
import type { Signer } from '../../../protocol/signing/signed-headers.ts';
import { storedSecretBytes } from '../../../protocol/signing/webhook-keys.ts';
import type { ConfigCache } from '../../merchants/config-cache.ts';
import {
  activeSecrets,
  currentSpan,
  DEFAULT_TIMEOUT_MS,
  type Endpoint,
  type SealedSecret,
  type SignatureChoice,
} from '../../merchants/merchant-config.ts';
import type { Seal } from '../../merchants/secrets/seal.ts';
import { sealContext } from '../../merchants/secrets/seal.ts';
import { type ExpectBody, expectBodyOf } from '../../merchants/settings/accepted-bodies.ts';
import { type HeaderValues, openHeaders } from '../../merchants/settings/custom-headers.ts';
import { type EndpointId, type MerchantId, NOTIFY_URL_ENDPOINT, type TerminalOutcome } from '../../model.ts';
import type { OutcomeStore } from '../../record/outcome-store.ts';
import type { Clock } from '../../runtime/environment.ts';
import type { Schedule } from '../../schedule.ts';
import { SECOND_MS } from '../../time.ts';
import type { Circuit } from '../health/circuit.ts';
import { notifyUrlOf } from '../notify-url.ts';

/** Where and how to attempt one notification. */
export interface Target {
  readonly kind: 'open';
  readonly url: string;
  readonly timeoutMs: number;
  readonly schedule: Schedule;
  readonly expectBody?: ExpectBody | undefined;
  /** The endpoint's custom headers. A transaction's own URL has none. */
  readonly headers?: HeaderValues;
  readonly signers: readonly Signer[];
  /** Requests a second that the endpoint takes. Absent: no limit. */
  readonly ratePerSecond?: number;
  /** The circuit whose health applies: the endpoint's, or the host's for a transaction's own URL. */
  readonly circuit: Circuit;
}

export type TargetResult =
  | Target
  | { readonly kind: 'blocked'; readonly reason: string }
  /** Its merchant was erased. */
  | { readonly kind: 'erased' };

/** Longest time until attempts use changed settings. */
export const SETTINGS_MAX_AGE_MS = 10 * SECOND_MS;

export async function openKeys(
  ports: { readonly seal: Seal; readonly clock: Clock },
  secrets: readonly SealedSecret[],
  context: string,
): Promise<readonly string[]> {
  const active = activeSecrets(secrets, ports.clock.now());
  return Promise.all(active.map(({ sealed }) => ports.seal.open(sealed, context)));
}

/** Returns a signer for each active secret and chosen scheme. Default scheme: `v1`. */
export async function openSigners(
  ports: { readonly seal: Seal; readonly clock: Clock },
  secrets: readonly SealedSecret[],
  how: { readonly context: string; readonly choice?: SignatureChoice | undefined },
): Promise<readonly Signer[]> {
  const { context, choice = 'v1' } = how;
  const signers: Signer[] = [];
  for (const { sealed, privateKey } of activeSecrets(secrets, ports.clock.now())) {
    if (choice !== 'v1a') {
      signers.push({ scheme: 'v1', key: storedSecretBytes(await ports.seal.open(sealed, context)) });
    }
    if (choice !== 'v1' && privateKey !== undefined) {
      const opened = await ports.seal.open(privateKey.sealed, context);
      signers.push({ scheme: 'v1a', key: Buffer.from(opened, 'base64') });
    }
  }
  return signers;
}

/**
 * The circuit whose health applies to a message: the endpoint's with its current settings, or the host's for a
 * transaction's own URL. A changed URL, or re-enabling the endpoint, starts a new circuit without the old failures.
 */
export function circuitOf(
  { merchantId, endpointId }: { readonly merchantId: MerchantId; readonly endpointId: EndpointId },
  about: { readonly endpoint?: Endpoint | undefined; readonly notifyUrl?: string | undefined },
): Circuit {
  const { endpoint, notifyUrl } = about;
  if (endpointId === NOTIFY_URL_ENDPOINT && notifyUrl !== undefined) {
    // Initiators can write outcomes in their own transactions, so this may not be a URL. The guard refuses it; do not throw.
    return { merchantId, circuitId: `host:${URL.parse(notifyUrl)?.host ?? ''}` };
  }
  if (endpoint === undefined) return { merchantId, circuitId: endpointId };
  const settings = sha256Hex(`${endpoint.url}\n${currentSpan(endpoint).from}`).slice(0, 12);
  return { merchantId, circuitId: `${endpointId}.${settings}` };
}

interface TargetPorts {
  readonly configs: ConfigCache;
  readonly outcomes: Pick<OutcomeStore, 'read'>;
  readonly seal: Seal;
  readonly clock: Clock;
}

interface TargetKey {
  readonly merchantId: MerchantId;
  readonly endpointId: EndpointId;
}

/**
 * Finds the target of a notification. Cached settings, up to {@link SETTINGS_MAX_AGE_MS} old, may permit an attempt but
 * never refuse one: an endpoint created or enabled since would stay blocked. So a refusal is checked against fresh settings.
 *
 * @param outcome absent for an alert, which goes to endpoints only
 */
export async function resolveTarget(
  ports: TargetPorts,
  key: TargetKey,
  outcome: TerminalOutcome | undefined,
): Promise<TargetResult> {
  const nowMs = ports.clock.now();
  const target = await targetAsOf(ports, { key, outcome, notBeforeMs: nowMs - SETTINGS_MAX_AGE_MS });
  return target.kind === 'open' ? target : targetAsOf(ports, { key, outcome, notBeforeMs: nowMs });
}

interface TargetQuestion {
  readonly key: TargetKey;
  readonly outcome: TerminalOutcome | undefined;
  readonly notBeforeMs: number;
}

async function targetAsOf(ports: TargetPorts, options: TargetQuestion): Promise<TargetResult> {
  const { key, outcome, notBeforeMs } = options;
  const { merchantId, endpointId } = key;
  const config = await ports.configs.get(merchantId, notBeforeMs);
  if (config === undefined) {
    const isErased = await ports.configs.isErased(merchantId);
    return isErased ? { kind: 'erased' } : { kind: 'blocked', reason: 'unknown_merchant' };
  }
  const { profile } = config;

  if (endpointId === NOTIFY_URL_ENDPOINT) {
    const url = outcome && (await notifyUrlOf(ports.outcomes, outcome));
    if (url === undefined) return { kind: 'blocked', reason: 'no_notify_url' };
    return {
      kind: 'open',
      url,
      timeoutMs: DEFAULT_TIMEOUT_MS,
      schedule: profile.schedule,
      signers: await openSigners(ports, profile.secrets, { context: sealContext(merchantId) }),
      circuit: circuitOf(key, { notifyUrl: url }),
    };
  }
  const endpoint = config.endpoints.find((one) => one.endpointId === endpointId);
  if (endpoint === undefined || endpoint.deletedAt !== undefined) {
    return { kind: 'blocked', reason: 'endpoint_gone' };
  }
  if (!currentSpan(endpoint).enabled) return { kind: 'blocked', reason: 'endpoint_disabled' };
  return {
    kind: 'open',
    url: endpoint.url,
    timeoutMs: endpoint.timeoutMs,
    schedule: endpoint.schedule ?? profile.schedule,
    expectBody: expectBodyOf(endpoint),
    ...(endpoint.ratePerSecond !== undefined && { ratePerSecond: endpoint.ratePerSecond }),
    headers: await openHeaders(ports, endpoint),
    signers: await openSigners(ports, endpoint.secrets, {
      context: sealContext(merchantId, endpointId),
      choice: endpoint.signature,
    }),
    circuit: circuitOf(key, { endpoint }),
  };
}
