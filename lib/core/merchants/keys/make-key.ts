import type { MerchantId } from '../../model.ts';
import type { Clock, Random } from '../../runtime/environment.ts';
import { isoTime } from '../../time.ts';
import type { AuditTrail } from '../audit-log/audit-trail.ts';
import type { KeyStore } from './access-keys.ts';
import { type Caller, type KeyRecord, newKey } from './access-keys.ts';

/** Makes and revokes keys by request. A key never outlives the key that made it. */

/** Maximum number of working keys of one owner: more than a rotation of every system needs. */
export const MAX_KEYS = 100;
/** Keys per page read. */
const PAGE = 100;
/** Maximum number of pages counted for one owner. Only keys made before the limit existed can exceed it. */
const MAX_PAGES = 10;

export interface KeyPorts {
  readonly trail: AuditTrail;
  readonly keys: KeyStore;
  readonly clock: Clock;
  readonly random: Random;
}

export type MadeKey =
  | { readonly kind: 'made'; readonly record: KeyRecord; readonly key: string }
  | RefusedKey;

interface RefusedKey {
  readonly kind: 'refused';
  readonly code: 'date_in_past' | 'outlives_key' | 'too_many_keys';
  /** The limit, for people. */
  readonly detail?: string;
}

const TOO_MANY_KEYS: RefusedKey = {
  kind: 'refused',
  code: 'too_many_keys',
  detail: `An owner has at most ${MAX_KEYS} keys that work.`,
};

/**
 * Makes a key. Its expiry defaults to that of the key that makes it.
 *
 * The keys are counted before and after the write. If several are made at once, each request that finds too many removes
 * its own key again. A process that dies in between leaves a key whose secret was never
 * shown.
 */
export async function makeKey(
  ports: KeyPorts,
  maker: Pick<Caller, 'expiresAt'>,
  wanted: Pick<KeyRecord, 'scope' | 'merchantId' | 'expiresAt'>,
): Promise<MadeKey> {
  const now = isoTime(ports.clock.now());
  const { scope, merchantId } = wanted;
  const expiresAt = wanted.expiresAt ?? maker.expiresAt;
  if (expiresAt !== undefined && expiresAt <= now) return { kind: 'refused', code: 'date_in_past' };
  if (maker.expiresAt !== undefined && expiresAt !== undefined && expiresAt > maker.expiresAt) {
    const detail = `Use a time up to ${maker.expiresAt}, when this key expires.`;
    return { kind: 'refused', code: 'outlives_key', detail };
  }
  if ((await countKeys(ports, merchantId, now)) >= MAX_KEYS) return TOO_MANY_KEYS;
  const { record, key } = newKey(ports.random, {
    scope,
    createdAt: now,
    ...(merchantId !== undefined && { merchantId }),
    ...(expiresAt !== undefined && { expiresAt }),
  });
  const of = { ...(merchantId !== undefined && { merchantId }), keyId: record.keyId };
  await ports.keys.create(record, ports.trail.entry({ action: 'key.created', ...of, scope }));
  if ((await countKeys(ports, merchantId, now)) <= MAX_KEYS) return { kind: 'made', record, key };
  await ports.keys.remove(record.keyId, merchantId, ports.trail.entry({ action: 'key.revoked', ...of }));
  return TOO_MANY_KEYS;
}

/** Counts an owner's working keys. Removes expired ones, because the table may keep them for days. */
async function countKeys(ports: KeyPorts, owner: MerchantId | undefined, now: string): Promise<number> {
  let count = 0;
  let after: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await ports.keys.list({ owner, limit: PAGE, ...(after !== undefined && { after }) });
    for (const { keyId, expiresAt } of page.keys) {
      if (expiresAt === undefined || expiresAt > now) count += 1;
      else await ports.keys.remove(keyId, owner);
    }
    after = page.keys.at(-1)?.keyId;
    if (!page.more) break;
  }
  return count;
}

/** Revokes a key. Another owner's key is treated like an unknown one: both get the same read and no write. */
export async function revokeKey(
  ports: Pick<KeyPorts, 'keys' | 'trail'>,
  key: { readonly keyId: string; readonly owner: MerchantId | undefined },
  mayRevoke: (record: KeyRecord) => boolean = () => true,
): Promise<'revoked' | 'unknown_key' | 'insufficient_scope'> {
  const record = await ports.keys.read(key.keyId);
  if (record === undefined || record.merchantId !== key.owner) return 'unknown_key';
  if (!mayRevoke(record)) return 'insufficient_scope';
  const { keyId, owner } = key;
  const of = { ...(owner !== undefined && { merchantId: owner }), keyId };
  const entry = ports.trail.entry({ action: 'key.revoked', ...of });
  return (await ports.keys.remove(keyId, owner, entry)) ? 'revoked' : 'unknown_key';
}
