import { sha256Hex } from '../../../protocol/hashes.ts';
import type { MerchantId } from '../../model.ts';
import type { Clock, Random } from '../../runtime/environment.ts';
import { isoTime, msOf, SECOND_MS } from '../../time.ts';
import type { AuditTrail } from '../audit-log/audit-trail.ts';
import { type Caller, type KeyStore, ROOT_KEY_ID } from '../keys/access-keys.ts';
import type { GeneratedSecret } from '../secrets/service-secret.ts';
import type { PortalLink } from './session.ts';
import type { PortalLinkStore } from './session-store.ts';
import { newToken } from './sessions.ts';

/** Seconds for which a link can be used. */
export const MIN_LINK_SECONDS = 60;
export const DEFAULT_LINK_SECONDS = 600;
export const MAX_LINK_SECONDS = 86_400;

export interface PortalLinkPorts {
  readonly portalLinks: PortalLinkStore;
  readonly keys: Pick<KeyStore, 'read'>;
  readonly rootKey: GeneratedSecret;
  readonly trail: AuditTrail;
  readonly clock: Clock;
  readonly random: Random;
}

interface WantedLink {
  /** The merchant that the session acts for. Undefined: all merchants, for operators. */
  readonly merchantId: MerchantId | undefined;
  readonly expiresInSeconds: number;
}

export interface MadeLink {
  /** For the address. It is not stored. */
  readonly token: string;
  readonly expiresAt: string;
}

/**
 * Makes a link that opens one session. It belongs to the caller's key: neither link nor session outlive the key.
 *
 * @returns undefined if the caller's key was revoked meanwhile
 */
export async function makePortalLink(
  ports: PortalLinkPorts,
  caller: Caller,
  { merchantId, expiresInSeconds }: WantedLink,
): Promise<MadeLink | undefined> {
  const secretHash = await secretHashOf(ports, caller.keyId);
  if (secretHash === undefined) return undefined;
  const nowMs = ports.clock.now();
  const wantedMs = nowMs + expiresInSeconds * SECOND_MS;
  const expiresMs = caller.expiresAt === undefined ? wantedMs : Math.min(wantedMs, msOf(caller.expiresAt));
  const of = merchantId === undefined ? {} : { merchantId };
  const link: PortalLink = {
    keyId: caller.keyId,
    secretHash,
    scope: merchantId === undefined ? 'admin' : 'merchant',
    ...of,
    createdAt: isoTime(nowMs),
    expiresAt: isoTime(expiresMs),
  };
  const token = newToken(ports.random);
  await ports.portalLinks.create(
    sha256Hex(token),
    link,
    ports.trail.entry({ action: 'portal_link.created', ...of }),
  );
  return { token, expiresAt: link.expiresAt };
}

async function secretHashOf(
  { keys, rootKey }: Pick<PortalLinkPorts, 'keys' | 'rootKey'>,
  keyId: string,
): Promise<string | undefined> {
  return keyId === ROOT_KEY_ID ? sha256Hex(await rootKey.value()) : (await keys.read(keyId))?.secretHash;
}
