import { publicKeyText, SECRET_BYTES, secretText } from '../../../protocol/signing/webhook-keys.ts';
import type { Random } from '../../runtime/environment.ts';
import { DAY_SECONDS, isoTime, MINUTE_MS, msOf, SECOND_MS } from '../../time.ts';
import { activeSecrets, MAX_SECRETS, type SealedSecret, type SignatureChoice } from '../merchant-config.ts';
import type { Seal } from './seal.ts';

/** Makes and rotates the secrets of merchants and endpoints. After a rotation the old secret also signs for a while. */

/** How long a replaced secret also signs, by default. */
const DEFAULT_OVERLAP_SECONDS = DAY_SECONDS;
/** How long a repeated rotation returns the secret that the first one made. */
const REPEAT_MS = 60 * MINUTE_MS;

export interface Rotation {
  readonly overlapSeconds?: number;
  /** Idempotency key chosen by the caller: repeating a rotation makes no new secret. */
  readonly rotationId?: string;
}

export interface MadeSecret {
  readonly secret: string;
  readonly kept: Pick<SealedSecret, 'sealed' | 'privateKey'>;
}

/** Makes a secret, and a key pair with it if requested. */
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
 * The secrets after a rotation, newest first.
 *
 * - The older ones sign until the overlap ends, but never longer than they would have without this rotation.
 * - Repeating a rotation changes nothing: its answer was lost, and another secret would be one that nobody knows.
 * - The same id with another overlap is refused: the caller would rely on an overlap that is not in force.
 * - No secret is removed before its time: if too many sign already, the rotation is refused.
 */
function rotated(
  secrets: readonly SealedSecret[],
  next: Pick<MadeSecret, 'kept'> & { readonly nowMs: number; readonly rotation: Rotation },
): readonly SealedSecret[] | RotationRefusal {
  const { kept, nowMs } = next;
  const { overlapSeconds = DEFAULT_OVERLAP_SECONDS, rotationId } = next.rotation;
  const [newest] = secrets;
  // This may be our own write, if the table's answer was lost.
  if (newest?.sealed === kept.sealed) return secrets;
  const first = rotationId === undefined ? undefined : secrets.find((one) => one.rotationId === rotationId);
  if (first !== undefined) {
    // Rotations by older versions did not store their overlap.
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

interface RefusedRotation {
  readonly kind: 'refused';
  readonly code: RotationRefusal;
  /** The limit, for people. */
  readonly detail?: string;
}

/** A row after a rotation of its secrets: the same row if nothing changes, or why the rotation is refused. */
export function withRotatedSecrets<Row extends { readonly secrets: readonly SealedSecret[] }>(
  row: Row,
  next: Pick<MadeSecret, 'kept'> & { readonly nowMs: number; readonly rotation: Rotation },
): (Row & { secrets: SealedSecret[] }) | Row | RefusedRotation {
  const secrets = rotated(row.secrets, next);
  if (secrets === 'too_many_secrets') {
    return { kind: 'refused', code: secrets, detail: `At most ${MAX_SECRETS} secrets sign at a time.` };
  }
  if (typeof secrets === 'string') return { kind: 'refused', code: secrets };
  return secrets === row.secrets ? row : { ...row, secrets: [...secrets] };
}

/** The secret that a rotation resulted in: a new one, or the one that the same rotation made earlier. */
export async function newestSecret(
  ports: { readonly seal: Seal },
  secrets: readonly SealedSecret[],
  { made, context }: { readonly made: MadeSecret; readonly context: string },
): Promise<{ readonly kind: 'rotated' | 'repeated'; readonly secret: string }> {
  const sealed = secrets[0]?.sealed ?? made.kept.sealed;
  if (sealed === made.kept.sealed) return { kind: 'rotated', secret: made.secret };
  return { kind: 'repeated', secret: await ports.seal.open(sealed, context) };
}
