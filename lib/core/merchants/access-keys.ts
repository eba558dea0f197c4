import * as z from 'zod';
import { sha256Hex } from '../../protocol/hashes.ts';
import type { GeneratedSecret } from '../check-back/service-key.ts';
import { base62, equalInConstantTime } from '../crypto.ts';
import type { Clock, Random } from '../environment.ts';
import { keyIdSchema, type MerchantId, merchantIdSchema } from '../model.ts';
import { isoTime } from '../time.ts';

export interface KeyStore {
  read(keyId: string): Promise<KeyRecord | undefined>;
  create(key: KeyRecord): Promise<void>;
  /** False where there is no such key of that owner. */
  remove(keyId: string, owner: MerchantId | undefined): Promise<boolean>;
  /** The keys of a merchant, or those that belong to none; a page in order of their ids. */
  list(options: {
    readonly owner: MerchantId | undefined;
    readonly after?: string;
    readonly limit: number;
  }): Promise<{ readonly keys: readonly KeyRecord[]; readonly more: boolean }>;
}

/** Bearer keys: `tk_<keyId>_<secret>`. Only a hash of the secret is kept. */

export const scopes = ['admin', 'initiator', 'merchant', 'receiver'] as const;
export type Scope = (typeof scopes)[number];
const scopeSchema = z
  .enum(scopes, 'invalid_scope')
  .meta({ description: 'What the key may do.', example: 'receiver' });

export const keyRecordSchema = z.object({
  keyId: keyIdSchema,
  secretHash: z.string(),
  scope: scopeSchema,
  /** Absent of keys for all merchants. */
  merchantId: merchantIdSchema.exactOptional(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().exactOptional(),
});
export type KeyRecord = z.infer<typeof keyRecordSchema>;

/** Who is asking: what authentication found out. */
export interface Caller {
  readonly keyId: string;
  readonly scope: Scope;
  readonly merchantId?: MerchantId;
}

const ROOT_KEY_ID = 'root';
/** For how long a key that was once found good is not read again; a revoked key works no longer than this. */
const KEY_CACHE_MS = 60_000;
/** Keys remembered by one process; beyond it the oldest goes. */
const MAX_CACHED_KEYS = 1_000;
const KEY_PATTERN = /^tk_([A-Za-z0-9]{1,64})_([A-Za-z0-9]{16,256})$/;

export function newKey(
  random: Random,
  details: Pick<KeyRecord, 'scope' | 'merchantId' | 'createdAt' | 'expiresAt'>,
): { readonly record: KeyRecord; readonly key: string } {
  const keyId = base62(random.bytes(12));
  const secret = base62(random.bytes(32));
  return { record: { keyId, secretHash: sha256Hex(secret), ...details }, key: `tk_${keyId}_${secret}` };
}

export type Authentication =
  | { readonly kind: 'caller'; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly code: 'missing_key' | 'invalid_key' };

/** Makes the function that turns an `Authorization` header into a caller. One per process: it remembers. */
export function createAuthenticator(ports: {
  readonly keys: KeyStore;
  readonly rootKey: GeneratedSecret;
  readonly clock: Clock;
}): (authorization: string | undefined) => Promise<Authentication> {
  const known = new Map<string, { readonly record: KeyRecord; readonly untilMs: number }>();

  async function find(keyId: string, nowMs: number): Promise<KeyRecord | undefined> {
    const cached = known.get(keyId);
    if (cached !== undefined && cached.untilMs > nowMs) return cached.record;
    known.delete(keyId);
    const record = await ports.keys.read(keyId);
    if (record === undefined) return undefined;
    known.set(keyId, { record, untilMs: nowMs + KEY_CACHE_MS });
    for (const oldest of known.keys()) {
      if (known.size <= MAX_CACHED_KEYS) break;
      known.delete(oldest);
    }
    return record;
  }

  return async (authorization) => {
    if (authorization === undefined) return { kind: 'refused', code: 'missing_key' };
    const parts = KEY_PATTERN.exec(authorization.replace(/^Bearer +/i, ''));
    if (parts === null) return { kind: 'refused', code: 'invalid_key' };
    const [, keyId = '', secret = ''] = parts;
    const invalid = { kind: 'refused', code: 'invalid_key' } as const;
    if (keyId === ROOT_KEY_ID) {
      const root = await ports.rootKey.value();
      return equalInConstantTime(secret, root)
        ? { kind: 'caller', caller: { keyId, scope: 'admin' } }
        : invalid;
    }
    const nowMs = ports.clock.now();
    const record = await find(keyId, nowMs);
    if (record === undefined || !equalInConstantTime(record.secretHash, sha256Hex(secret))) return invalid;
    if (record.expiresAt !== undefined && record.expiresAt <= isoTime(nowMs)) return invalid;
    const { scope, merchantId } = record;
    return { kind: 'caller', caller: { keyId, scope, ...(merchantId !== undefined && { merchantId }) } };
  };
}

/** Whether the caller may act with one of `allowed` scopes, for `merchantId` where one is named. */
export function permits(caller: Caller, allowed: readonly Scope[], merchantId?: MerchantId): boolean {
  if (!allowed.includes(caller.scope)) return false;
  return caller.merchantId === undefined || merchantId === undefined || caller.merchantId === merchantId;
}
