import type { EndpointId, MerchantId } from '../model.ts';
import type { AuditEntry } from './audit-log/audit-entry.ts';
import type { Tombstone } from './erasing/tombstone.ts';
import type { Endpoint, MerchantConfig, Profile } from './merchant-config.ts';

interface WriteOptions {
  readonly withinMs?: number;
  readonly entry?: AuditEntry;
}

interface EraseOptions {
  /** The merchant's endpoints. None is made since its profile was read: that would have raised its `rev`. */
  readonly endpointIds?: readonly EndpointId[];
  readonly entry?: AuditEntry;
}

/**
 * Merchants and their endpoints. Changes are conditional on the `rev` that was read. An endpoint is written in a single
 * try, because its settings carry a date that becomes stale. The try ends after `withinMs`; default: the bound of every
 * write that carries a stamp. A write that timed out may still have taken effect. An `entry` of the audit log is written in
 * the same transaction.
 */
export interface MerchantStore {
  /** Profile and endpoints, strongly consistent; undefined for an unknown merchant and for one that was erased. */
  read(merchantId: MerchantId): Promise<MerchantConfig | undefined>;
  /** Strongly consistent; undefined unless the merchant was erased. */
  tombstone(merchantId: MerchantId): Promise<Tombstone | undefined>;
  /**
   * Replaces the profile by the tombstone, deletes these endpoints and marks the directory row, together. False where the
   * profile changed since it was read.
   */
  erase(tombstone: Tombstone, expectedRev: number, options?: EraseOptions): Promise<boolean>;
  /** Writes profile and directory row together. False if the merchant exists or was erased. */
  create(profile: Profile, entry?: AuditEntry): Promise<boolean>;
  /** Writes the profile and the settings of its directory row together. False where the profile changed since it was read. */
  saveProfile(profile: Profile, expectedRev: number, entry?: AuditEntry): Promise<boolean>;
  /** Also raises the profile's `rev`, so that endpoints are made one at a time. False if the profile changed. */
  createEndpoint(endpoint: Endpoint, expectedProfileRev: number, options?: WriteOptions): Promise<boolean>;
  /** False where the item changed since it was read. */
  saveEndpoint(endpoint: Endpoint, expectedRev: number, options?: WriteOptions): Promise<boolean>;
}
