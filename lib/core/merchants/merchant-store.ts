import type { MerchantId } from '../model.ts';
import type { Endpoint, MerchantConfig, Profile } from './merchant-config.ts';

/**
 * Merchants and their endpoints. Changes are conditional on the `rev` that was read. An endpoint is written by one try, because
 * its settings are dated and a date grows old. The try ends after `withinMs`, or after the bound of every write that carries a stamp. It
 * may then stand all the same.
 */
export interface MerchantStore {
  /** Profile and endpoints, strongly consistent; undefined for an unknown merchant. */
  read(merchantId: MerchantId): Promise<MerchantConfig | undefined>;
  /** Writes profile and directory row together; false where the merchant exists. */
  create(profile: Profile): Promise<boolean>;
  /** False where the item changed since it was read. */
  saveProfile(profile: Profile, expectedRev: number): Promise<boolean>;
  /** With a raised `rev` of the profile, so that endpoints are made one at a time; false where it changed. */
  createEndpoint(endpoint: Endpoint, expectedProfileRev: number, withinMs?: number): Promise<boolean>;
  /** False where the item changed since it was read. */
  saveEndpoint(endpoint: Endpoint, expectedRev: number, withinMs?: number): Promise<boolean>;
}
