import * as z from 'zod';
import { sha256Hex } from '../../../protocol/hashes.ts';
import { equalInConstantTime } from '../../crypto.ts';
import { merchantIdSchema } from '../../model.ts';
import { onFirstUse, type Parsed } from '../../reading/on-first-use.ts';
import type { Clock } from '../../runtime/environment.ts';
import { isoTime } from '../../time.ts';
import {
  type Authentication,
  type Caller,
  INVALID_KEY,
  type KeyStore,
  ROOT_KEY_ID,
} from '../keys/access-keys.ts';
import type { GeneratedSecret } from '../secrets/service-secret.ts';

/** What the console says of the session for which it calls. Only the console's role can make such a request. */
const sessionCallerSchema = onFirstUse(() =>
  z.strictObject({
    keyId: z.string().max(64),
    /** The hash of the key's secret, as the session keeps it. */
    secretHash: z.string().max(64),
    /** Limits the caller to this merchant. */
    merchantId: merchantIdSchema().exactOptional(),
  }),
);
type SessionCaller = Readonly<Parsed<typeof sessionCallerSchema>>;

/** Turns what the console says into a caller. */
export type AuthenticateSession = (said: unknown) => Promise<Authentication>;

interface SessionKeyPorts {
  readonly keys: Pick<KeyStore, 'read'>;
  readonly rootKey: GeneratedSecret;
  readonly clock: Clock;
}

/** Reads the key for every request, never from a cache: a session ends with its key, at once. */
export function createSessionAuthenticator(ports: SessionKeyPorts): AuthenticateSession {
  return async (said) => {
    const parsed = sessionCallerSchema().safeParse(said);
    if (!parsed.success) return INVALID_KEY;
    const { merchantId, ...presented } = parsed.data;
    const holder = await holderOf(ports, presented);
    if (holder === undefined) return INVALID_KEY;
    if (merchantId === undefined) return { kind: 'caller', caller: holder };
    const mayActFor =
      holder.merchantId === undefined ? holder.scope === 'admin' : holder.merchantId === merchantId;
    if (!mayActFor) return INVALID_KEY;
    return { kind: 'caller', caller: { ...holder, scope: 'merchant', merchantId } };
  };
}

async function holderOf(
  { keys, rootKey, clock }: SessionKeyPorts,
  { keyId, secretHash }: SessionCaller,
): Promise<Caller | undefined> {
  const now = clock.now();
  if (keyId === ROOT_KEY_ID) {
    const isRoot = equalInConstantTime(secretHash, sha256Hex(await rootKey.value(now)));
    return isRoot ? { keyId, scope: 'admin' } : undefined;
  }
  const record = await keys.read(keyId);
  if (record === undefined || !equalInConstantTime(secretHash, record.secretHash)) return undefined;
  const { scope, merchantId, expiresAt } = record;
  if (expiresAt !== undefined && expiresAt <= isoTime(now)) return undefined;
  // Sessions are for people. Keys of machines open none.
  if (scope !== 'admin' && scope !== 'merchant') return undefined;
  return {
    keyId,
    scope,
    ...(merchantId !== undefined && { merchantId }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}
