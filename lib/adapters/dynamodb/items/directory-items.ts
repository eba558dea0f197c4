import type { Profile } from '../../../core/merchants/merchant-config.ts';
import type { MerchantId } from '../../../core/model.ts';
import { isoTime } from '../../../core/time.ts';
import { merchantPk } from '../../../protocol/table/outcome-layout.ts';
import { directoryPk } from './item-keys.ts';

/** A merchant's row in the directory. Its marks are in the same row, so settings are changed by updates only. */

export function entryKey(merchantId: MerchantId): { readonly pk: string; readonly sk: string } {
  return { pk: directoryPk(merchantId), sk: merchantPk(merchantId) };
}

/** The attributes that hold the settings of a profile. */
export function settingsAttributes(profile: Pick<Profile, 'feedShards' | 'timeZone' | 'rev'>, nowMs: number) {
  const { feedShards, timeZone, rev } = profile;
  return { feedShards, timeZone, settingsRev: rev, settingsAt: isoTime(nowMs) };
}

/** Whether the row in the place of a profile is the tombstone of an erased merchant. */
export const isTombstone = ({ erasedAt }: Readonly<Record<string, unknown>>) => erasedAt !== undefined;

/** The update that copies the settings of a profile into its row. */
export function settingsChange(
  profile: Pick<Profile, 'merchantId' | 'feedShards' | 'timeZone' | 'rev'>,
  nowMs: number,
) {
  const attributes = Object.entries(settingsAttributes(profile, nowMs));
  return {
    Key: entryKey(profile.merchantId),
    UpdateExpression: `SET ${attributes.map(([name]) => `#${name} = :${name}`).join(', ')}`,
    // `timeZone` is a reserved word.
    ExpressionAttributeNames: Object.fromEntries(attributes.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(attributes.map(([name, value]) => [`:${name}`, value])),
  };
}
