import { publicKeyText, SECRET_BYTES, secretText } from '../../protocol/signing/webhook-keys.ts';
import type { Random } from '../environment.ts';
import { DAY_SECONDS, isoTime, MINUTE_MS, msOf, SECOND_MS } from '../time.ts';
import { activeSecrets, MAX_SECRETS, type SealedSecret, type SignatureChoice } from './merchant-config.ts';
import type { Seal } from './seal.ts';

/** Secrets of merchants and endpoints: made, and rotated so that the old one signs along for a while. */

/** For how long a replaced secret signs along, unless the request says otherwise. */
const DEFAULT_OVERLAP_SECONDS = DAY_SECONDS;
/** For how long a repeated rotation is answered with the secret that the first one made. */
const REPEAT_MS = 60 * MINUTE_MS;

export interface Rotation {
  readonly overlapSeconds?: number;
  /** Named by the caller: the same rotation again makes nothing new. */
  readonly rotationId?: string;
}

export interface MadeSecret {
  readonly secret: string;
  readonly kept: Pick<SealedSecret, 'sealed' | 'privateKey'>;
}

/** A new secret, and with it a key pair where one is asked for. */
export async function makeSecret(
  ports: { readonly seal: Seal; readonly random: Random },
  context: string,
  signature: SignatureChoice = 'v1',
): Promise<MadeSecret> {
  const secret = secretText(ports.random.bytes(SECRET_BYTES));
  const sealed = await ports.seal.seal(secret, context);
  if (signature === 'v1') return { secret, kept: { sealed } };
  return { secret, kept: { sealed, privateKey: await makePrivateKey(ports, context) } };
}

export async function makePrivateKey(
  ports: { readonly seal: Seal; readonly random: Random },
  context: string,
): Promise<NonNullable<SealedSecret['privateKey']>> {
  const bytes = ports.random.bytes(SECRET_BYTES);
  const sealed = await ports.seal.seal(Buffer.from(bytes).toString('base64'), context);
  return { sealed, publicKey: publicKeyText(bytes) };
}

export type RotationRefusal = 'too_many_secrets' | 'rotation_repeated' | 'rotation_conflict';

/**
 * Newest first; the others sign on until the overlap ends, never longer than they would have anyway. The same
 * rotation again leaves all as it is: its answer was lost, and a further secret would only be one more that nobody
 * knows. Under its name but with another overlap it is refused: the caller would believe in an overlap that is not in
 * force. None is ever pushed out before its time: where too many sign, the rotation is refused.
 */
export function rotated(
  secrets: readonly SealedSecret[],
  next: Pick<MadeSecret, 'kept'> & { readonly nowMs: number; readonly rotation: Rotation },
): readonly SealedSecret[] | RotationRefusal {
  const { kept, nowMs } = next;
  const { overlapSeconds = DEFAULT_OVERLAP_SECONDS, rotationId } = next.rotation;
  const [newest] = secrets;
  // Also this very write, where its answer was lost on the way from the table.
  if (newest?.sealed === kept.sealed) return secrets;
  const first = rotationId === undefined ? undefined : secrets.find((one) => one.rotationId === rotationId);
  if (first !== undefined) {
    // Older rotations did not keep their overlap.
    if ((first.overlapSeconds ?? overlapSeconds) !== overlapSeconds) return 'rotation_conflict';
    const isFresh = first === newest && nowMs - msOf(first.createdAt) < REPEAT_MS;
    return isFresh ? secrets : 'rotation_repeated';
  }
  const overlapEnd = isoTime(nowMs + overlapSeconds * SECOND_MS);
  const active = activeSecrets(secrets, nowMs).map((secret) => ({
    ...secret,
    expiresAt:
      secret.expiresAt !== undefined && secret.expiresAt < overlapEnd ? secret.expiresAt : overlapEnd,
  }));
  const still = overlapSeconds === 0 ? [] : active;
  if (still.length >= MAX_SECRETS) return 'too_many_secrets';
  const { sealed, privateKey } = kept;
  const made = {
    sealed,
    ...(privateKey !== undefined && { privateKey }),
    createdAt: isoTime(nowMs),
    ...(rotationId !== undefined && { rotationId, overlapSeconds }),
  };
  return [made, ...still];
}

/** The secret that a rotation ended with: its own, or that of the same rotation before. */
export async function newestSecret(
  ports: { readonly seal: Seal },
  secrets: readonly SealedSecret[],
  { made, context }: { readonly made: MadeSecret; readonly context: string },
): Promise<{ readonly kind: 'rotated' | 'repeated'; readonly secret: string }> {
  const sealed = secrets[0]?.sealed ?? made.kept.sealed;
  if (sealed === made.kept.sealed) return { kind: 'rotated', secret: made.secret };
  return { kind: 'repeated', secret: await ports.seal.open(sealed, context) };
}
