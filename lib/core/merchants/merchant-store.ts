import type { MerchantId } from '../model.ts';
import type { Endpoint, MerchantConfig, Profile } from './merchant-config.ts';

/** Merchants and their endpoints. Changes are conditional on the `rev` that was read. */
export interface MerchantStore {
  /** Profile and endpoints, strongly consistent; undefined for an unknown merchant. */
  read(merchantId: MerchantId): Promise<MerchantConfig | undefined>;
  /** Writes profile and directory row together; false where the merchant exists. */
  create(profile: Profile): Promise<boolean>;
  /** False where the item changed since it was read. */
  saveProfile(profile: Profile, expectedRev: number): Promise<boolean>;
  /** With a raised `rev` of the profile, so that endpoints are made one at a time; false where it changed. */
  createEndpoint(endpoint: Endpoint, expectedProfileRev: number): Promise<boolean>;
  /** False where the item changed since it was read. */
  saveEndpoint(endpoint: Endpoint, expectedRev: number): Promise<boolean>;
}
