import * as z from 'zod';
import type { Scope } from '../../../protocol/contract-words.ts';
import { sha256Hex } from '../../../protocol/hashes.ts';
import { ACCESS_KEY } from '../../../protocol/id-forms.ts';
import { base62, equalInConstantTime } from '../../crypto.ts';
import type { MerchantId } from '../../model.ts';
import { onFirstUse, type Parsed } from '../../reading/on-first-use.ts';
import { storedId, storedMerchantId, storedTime, storedWord } from '../../reading/stored.ts';
import { createBoundedCache } from '../../runtime/bounded-cache.ts';
import type { Clock, Random } from '../../runtime/environment.ts';
import { isoTime } from '../../time.ts';
import type { AuditEntry } from '../audit-log/audit-entry.ts';
import type { GeneratedSecret } from '../secrets/service-secret.ts';

/** Bearer keys: `tk_<keyId>_<secret>`. Only a hash of the secret is kept. `permits` says what a key may do. */

interface KeyPageQuery {
  readonly owner: MerchantId | undefined;
  readonly after?: string;
  readonly limit: number;
}

export interface KeyStore {
  read(keyId: string): Promise<KeyRecord | undefined>;
  /** Writes the `entry` of the audit log in the same transaction, like `remove`. */
  create(key: KeyRecord, entry?: AuditEntry): Promise<void>;
  /** False if that owner has no such key. */
  remove(keyId: string, owner: MerchantId | undefined, entry?: AuditEntry): Promise<boolean>;
  /** One page of the keys of a merchant, or of the keys without a merchant, sorted by id. */
  list(options: KeyPageQuery): Promise<{ readonly keys: readonly KeyRecord[]; readonly more: boolean }>;
}

export const keyRecordSchema = onFirstUse(() =>
  z.object({
    keyId: storedId(),
    secretHash: z.string(),
    /** A scope that this version does not know grants nothing. */
    scope: storedWord<Scope>(),
    /** Absent on keys for all merchants. */
    merchantId: storedMerchantId().exactOptional(),
    createdAt: storedTime(),
    expiresAt: storedTime().exactOptional(),
  }),
);
export type KeyRecord = Parsed<typeof keyRecordSchema>;

/** The authenticated caller. */
export interface Caller {
  readonly keyId: string;
  readonly scope: Scope;
  readonly merchantId?: MerchantId;
  /** When the key expires. A key that it makes expires no later. */
  readonly expiresAt?: string;
}

/** The id of the first key, whose secret is in Secrets Manager. */
export const ROOT_KEY_ID = 'root';
/** How long a key is cached. A revoked key works for at most this long, and cannot manage anything during that time. */
const KEY_CACHE_MS = 60_000;
/** Keys that one process caches; it caches as many unknown ids. */
const MAX_CACHED_KEYS = 1_000;
const MIN_SECRET_LENGTH = 16;

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
  | { readonly kind: 'refused'; readonly code: 'missing_key' | 'invalid_key' }
  /** What was sent has not the form of a key, so no key was looked for. */
  | { readonly kind: 'refused'; readonly code: 'invalid_key'; readonly isNoKey: true };

/** Turns an `Authorization` header into a caller. With `isFresh`, the key is read again, so a revoked one is refused. */
export type Authenticate = (
  authorization: string | undefined,
  options?: { readonly isFresh?: boolean },
) => Promise<Authentication>;

interface KeyPorts {
  readonly keys: Pick<KeyStore, 'read'>;
  readonly rootKey: GeneratedSecret;
  readonly clock: Clock;
}

export const INVALID_KEY: Authentication = { kind: 'refused', code: 'invalid_key' };
const NO_KEY: Authentication = { kind: 'refused', code: 'invalid_key', isNoKey: true };

/** Create one per process: it caches keys and unknown ids. A malformed key causes no read. */
export function createAuthenticator(ports: KeyPorts): Authenticate {
  const known = createKeyCache(ports.keys);
  return async (authorization, { isFresh = false } = {}) => {
    if (authorization === undefined) return { kind: 'refused', code: 'missing_key' };
    const [, keyId = '', secret = ''] = ACCESS_KEY.exec(authorization.replace(/^Bearer +/i, '')) ?? [];
    if (secret.length < MIN_SECRET_LENGTH) return NO_KEY;
    const nowMs = ports.clock.now();
    const check = (notBeforeMs?: number) =>
      keyId === ROOT_KEY_ID
        ? rootCaller(ports.rootKey, secret, notBeforeMs)
        : callerOf(known, { keyId, secret, nowMs, notBeforeMs: notBeforeMs ?? nowMs - KEY_CACHE_MS });
    const caller = await check();
    // Read again only if the secret is right. Otherwise every bad request could cause a read.
    const verified = caller !== undefined && isFresh ? await check(nowMs) : caller;
    return verified === undefined ? INVALID_KEY : { kind: 'caller', caller: verified };
  };
}

async function rootCaller(
  rootKey: GeneratedSecret,
  secret: string,
  notBeforeMs: number | undefined,
): Promise<Caller | undefined> {
  const isRoot = equalInConstantTime(secret, await rootKey.value(notBeforeMs));
  return isRoot ? { keyId: ROOT_KEY_ID, scope: 'admin' } : undefined;
}

interface PresentedKey {
  readonly keyId: string;
  readonly secret: string;
  readonly nowMs: number;
  readonly notBeforeMs: number;
}

async function callerOf(known: KeyCache, presented: PresentedKey): Promise<Caller | undefined> {
  const { keyId, secret, nowMs, notBeforeMs } = presented;
  const record = await known.get(keyId, { nowMs, notBeforeMs });
  if (record === undefined || !equalInConstantTime(record.secretHash, sha256Hex(secret))) return undefined;
  const { scope, merchantId, expiresAt } = record;
  if (expiresAt !== undefined && expiresAt <= isoTime(nowMs)) return undefined;
  return {
    keyId,
    scope,
    ...(merchantId !== undefined && { merchantId }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

interface KeyCache {
  /** The key as of a read that began after `notBeforeMs`. */
  get(keyId: string, times: Pick<PresentedKey, 'nowMs' | 'notBeforeMs'>): Promise<KeyRecord | undefined>;
}

/** Caches keys and unknown ids apart, so that made-up ids evict no key. Ids are random and never reused. */
function createKeyCache(keys: Pick<KeyStore, 'read'>): KeyCache {
  const found = createBoundedCache<string, KeyRecord>({ capacity: MAX_CACHED_KEYS });
  const missing = createBoundedCache<string, true>({ capacity: MAX_CACHED_KEYS });
  return {
    async get(keyId, { nowMs, notBeforeMs }) {
      // A key that was read in this millisecond may have been read before the call.
      const youngerThan = notBeforeMs + 1;
      const cached = found.get(keyId, youngerThan);
      if (cached !== undefined) return cached;
      if (missing.get(keyId, nowMs - KEY_CACHE_MS + 1)) return undefined;
      const record = await found.read(keyId, youngerThan, async () => {
        const stored = await keys.read(keyId);
        return stored && { value: stored, asOfMs: nowMs };
      });
      if (record === undefined) missing.set(keyId, true, nowMs);
      return record;
    },
  };
}

/** Whether the caller may act with one of `allowed` scopes, for `merchantId` where one is named. */
export function permits(caller: Caller, allowed: readonly Scope[], merchantId?: MerchantId): boolean {
  if (!allowed.includes(caller.scope)) return false;
  return caller.merchantId === undefined || merchantId === undefined || caller.merchantId === merchantId;
}
