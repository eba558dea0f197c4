import type { MerchantId } from '../model.ts';
import type { MerchantConfig } from './merchant-config.ts';
import type { MerchantStore } from './merchant-store.ts';

/** Merchants remembered by one process; beyond it the oldest goes. */
const MAX_CACHED_MERCHANTS = 1_000;

export interface ConfigCache {
  /** The merchant's config as of a read that began at or after `notBeforeMs`. Unknown merchants are not remembered. */
  get(merchantId: MerchantId, notBeforeMs: number): Promise<MerchantConfig | undefined>;
}

/** One per process. The caller says how fresh is fresh enough: that differs from use to use, and is its argument. */
export function createConfigCache(store: Pick<MerchantStore, 'read'>): ConfigCache {
  const known = new Map<MerchantId, MerchantConfig>();
  return {
    async get(merchantId, notBeforeMs) {
      const cached = known.get(merchantId);
      if (cached !== undefined && cached.readAtMs >= notBeforeMs) return cached;
      known.delete(merchantId);
      const config = await store.read(merchantId);
      if (config === undefined) return undefined;
      known.set(merchantId, config);
      for (const oldest of known.keys()) {
        if (known.size <= MAX_CACHED_MERCHANTS) break;
        known.delete(oldest);
      }
      return config;
    },
  };
}
