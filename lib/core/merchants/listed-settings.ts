import type { DirectoryEntry, ListedSettings } from './directory.ts';
import type { MerchantStore } from './merchant-store.ts';

/** The settings in the directory row. If an older version wrote the row, those of the profile. */
export async function settingsOf(
  merchants: Pick<MerchantStore, 'read'>,
  { merchantId, settings }: DirectoryEntry,
): Promise<Pick<ListedSettings, 'feedShards' | 'timeZone'> | undefined> {
  return settings ?? (await merchants.read(merchantId))?.profile;
}
