import type { Clock, Random } from '../environment.ts';
import type { MerchantId } from '../model.ts';
import { isoTime } from '../time.ts';
import type { KeyStore } from './access-keys.ts';
import { type Caller, type KeyRecord, newKey } from './access-keys.ts';

/** Keys made and revoked by request. A key that a key makes never outlives it. */

/** Keys of one owner that work: more than a rotation of every system needs. */
export const MAX_KEYS = 100;
/** Keys read at a time. */
const PAGE = 100;
/** Pages of an owner's keys that are counted: only keys of before the limit can be so many. */
const MAX_PAGES = 10;

export interface KeyPorts {
  readonly keys: KeyStore;
  readonly clock: Clock;
  readonly random: Random;
}

export type MadeKey =
  | { readonly kind: 'made'; readonly record: KeyRecord; readonly key: string }
  | { readonly kind: 'refused'; readonly code: 'date_in_past' | 'outlives_key' | 'too_many_keys' };

/**
 * Makes a key. Without an end of its own it ends with the key that makes it.
 *
 * The keys are counted before and after the write: of several that are made at once, those that find too many take
 * their own away again. Dying between the two leaves a key whose secret nobody has.
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
    return { kind: 'refused', code: 'outlives_key' };
  }
  if ((await countKeys(ports, merchantId, now)) >= MAX_KEYS)
    return { kind: 'refused', code: 'too_many_keys' };
  const { record, key } = newKey(ports.random, {
    scope,
    createdAt: now,
    ...(merchantId !== undefined && { merchantId }),
    ...(expiresAt !== undefined && { expiresAt }),
  });
  await ports.keys.create(record);
  if ((await countKeys(ports, merchantId, now)) <= MAX_KEYS) return { kind: 'made', record, key };
  await ports.keys.remove(record.keyId, merchantId);
  return { kind: 'refused', code: 'too_many_keys' };
}

/** How many keys of an owner work. Those that have expired are taken away: the table may keep them for days. */
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

/** Another owner's key is as unknown as one that nobody has: both are answered after the same read, without a write. */
export async function revokeKey(
  ports: Pick<KeyPorts, 'keys'>,
  key: { readonly keyId: string; readonly owner: MerchantId | undefined },
  mayRevoke: (record: KeyRecord) => boolean = () => true,
): Promise<'revoked' | 'unknown_key' | 'insufficient_scope'> {
  const record = await ports.keys.read(key.keyId);
  if (record === undefined || record.merchantId !== key.owner) return 'unknown_key';
  if (!mayRevoke(record)) return 'insufficient_scope';
  return (await ports.keys.remove(key.keyId, key.owner)) ? 'revoked' : 'unknown_key';
}
