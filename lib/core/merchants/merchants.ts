import { differingKeys } from '../../protocol/json/canonical-json.ts';
import { Fault } from '../faults.ts';
import type { MerchantId } from '../model.ts';
import { changeUnderRev, OVERTAKEN } from '../runtime/change-under-rev.ts';
import type { Clock, ClockTrust, Random } from '../runtime/environment.ts';
import { DEFAULT_SCHEDULE, type Schedule } from '../schedule.ts';
import { isoTime } from '../time.ts';
import { DEFAULT_TIME_ZONE } from '../time-zone.ts';
import type { AuditEntry } from './audit-log/audit-entry.ts';
import { type AuditTrail, fieldsOf } from './audit-log/audit-trail.ts';
import type { Profile } from './merchant-config.ts';
import type { MerchantStore } from './merchant-store.ts';
import type { Seal } from './secrets/seal.ts';
import { sealContext } from './secrets/seal.ts';
import {
  makeSecret,
  newestSecret,
  type Rotation,
  type RotationRefusal,
  withRotatedSecrets,
} from './secrets/secrets.ts';

/** Makes and changes merchants, and rotates their secret. The id of an erased merchant is never used again. */

export interface MerchantPorts {
  readonly trail: AuditTrail;
  readonly merchants: MerchantStore;
  readonly seal: Seal;
  readonly clock: Clock;
  readonly clockTrust: ClockTrust;
  readonly random: Random;
}

export interface MerchantSettings {
  readonly merchantId: MerchantId;
  readonly name: string;
  readonly schedule?: Schedule;
  readonly feedShards?: number;
  readonly timeZone?: string;
}

export type CreateMerchantResult =
  | { readonly kind: 'created'; readonly profile: Profile; readonly secret: string }
  | { readonly kind: 'unchanged'; readonly profile: Profile }
  /** A merchant with this id was erased. */
  | { readonly kind: 'erased' }
  /** The merchant exists with other values of `fields`. */
  | { readonly kind: 'conflict'; readonly profile: Profile; readonly fields: readonly string[] };

/**
 * Makes a merchant. Repeating the request leaves the merchant unchanged and does not show the secret again.
 *
 * The directory counts a merchant from `createdAt` on. If a clock that is ahead stamped it, the merchant's first windows
 * would never be closed. So the table is read first, and its answer shows whether this clock agrees.
 *
 * @throws Fault `clock_skew` if it does not
 */
export async function createMerchant(
  ports: MerchantPorts,
  settings: MerchantSettings,
): Promise<CreateMerchantResult> {
  const { merchantId, name } = settings;
  const wanted = {
    name,
    schedule: settings.schedule ?? DEFAULT_SCHEDULE,
    feedShards: settings.feedShards ?? 1,
    timeZone: settings.timeZone ?? DEFAULT_TIME_ZONE,
  };
  const there = await ports.merchants.read(merchantId);
  if (there !== undefined) return existing(there.profile, wanted);
  if ((await ports.merchants.tombstone(merchantId)) !== undefined) return { kind: 'erased' };
  const { secret, kept } = await makeSecret(ports, sealContext(merchantId));
  ports.clockTrust.assertTrusted();
  const now = isoTime(ports.clock.now());
  const profile: Profile = {
    merchantId,
    ...wanted,
    secrets: [{ ...kept, createdAt: now }],
    createdAt: now,
    rev: 1,
  };
  const entry = ports.trail.entry({ action: 'merchant.created', merchantId, fields: fieldsOf(wanted) });
  if (await ports.merchants.create(profile, entry)) return { kind: 'created', profile, secret };
  const first = await ports.merchants.read(merchantId);
  if (first !== undefined) return existing(first.profile, wanted);
  if ((await ports.merchants.tombstone(merchantId)) !== undefined) return { kind: 'erased' };
  throw new Fault({ code: 'unavailable', message: 'The merchant could not be read.', retryable: true });
}

function existing(
  profile: Profile,
  wanted: Required<Omit<MerchantSettings, 'merchantId'>>,
): CreateMerchantResult {
  const { name, schedule, feedShards, timeZone } = profile;
  const fields = differingKeys({ name, schedule, feedShards, timeZone }, wanted);
  return fields.length === 0 ? { kind: 'unchanged', profile } : { kind: 'conflict', profile, fields };
}

export interface MerchantRefusal {
  readonly kind: 'refused';
  readonly code: 'unknown_merchant' | 'feed_shards_shrink' | RotationRefusal;
  /** The limit, for people. */
  readonly detail?: string;
}

export type ChangeMerchantResult = { readonly kind: 'changed'; readonly profile: Profile } | MerchantRefusal;

export async function changeMerchant(
  ports: MerchantPorts,
  merchantId: MerchantId,
  changes: Omit<Partial<MerchantSettings>, 'merchantId'>,
): Promise<ChangeMerchantResult> {
  const entry = ports.trail.entry({ action: 'merchant.changed', merchantId, fields: fieldsOf(changes) });
  return update(ports, { merchantId, entry }, (profile) =>
    (changes.feedShards ?? profile.feedShards) < profile.feedShards
      ? { kind: 'refused', code: 'feed_shards_shrink' }
      : { ...profile, ...changes },
  );
}

/**
 * Rotates the merchant's own secret, which signs answers and `notifyUrl` callbacks. Repeating the same `rotation` within
 * the hour returns the same secret.
 */
export async function rotateMerchantSecret(
  ports: MerchantPorts,
  merchantId: MerchantId,
  rotation: Rotation,
): Promise<{ readonly kind: 'rotated' | 'repeated'; readonly secret: string } | MerchantRefusal> {
  const context = sealContext(merchantId);
  const made = await makeSecret(ports, context);
  const entry = ports.trail.entry({ action: 'merchant.secret_rotated', merchantId });
  const result = await update(ports, { merchantId, entry }, (profile) =>
    withRotatedSecrets(profile, { kept: made.kept, nowMs: ports.clock.now(), rotation }),
  );
  if (result.kind !== 'changed') return result;
  return newestSecret(ports, result.profile.secrets, { made, context });
}

async function update(
  ports: MerchantPorts,
  { merchantId, entry }: { readonly merchantId: MerchantId; readonly entry: AuditEntry },
  change: (profile: Profile) => Profile | MerchantRefusal,
): Promise<ChangeMerchantResult> {
  return changeUnderRev('The merchant', async () => {
    const profile = (await ports.merchants.read(merchantId))?.profile;
    if (profile === undefined) return { kind: 'refused', code: 'unknown_merchant' };
    const changed = change(profile);
    if ('kind' in changed) return changed;
    if (changed === profile) return { kind: 'changed', profile };
    const next = { ...changed, rev: profile.rev + 1 };
    const isSaved = await ports.merchants.saveProfile(next, profile.rev, entry);
    return isSaved ? { kind: 'changed', profile: next } : OVERTAKEN;
  });
}
