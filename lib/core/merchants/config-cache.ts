import { createBoundedCache } from '../bounded-cache.ts';
import type { MerchantId } from '../model.ts';
import type { MerchantConfig } from './merchant-config.ts';
import type { MerchantStore } from './merchant-store.ts';

/** Merchants remembered by one process. */
const MAX_CACHED_MERCHANTS = 1_000;

export interface ConfigCache {
  /** The merchant's config as of a read that began at or after `notBeforeMs`. Unknown merchants are not remembered. */
  get(merchantId: MerchantId, notBeforeMs: number): Promise<MerchantConfig | undefined>;
}

/** One per process. The caller says how fresh is fresh enough: that differs from use to use, and is its argument. */
export function createConfigCache(store: Pick<MerchantStore, 'read'>): ConfigCache {
  const known = createBoundedCache<MerchantId, MerchantConfig>({ capacity: MAX_CACHED_MERCHANTS });
  return {
    get: (merchantId, notBeforeMs) =>
      known.read(merchantId, notBeforeMs, async () => {
        const config = await store.read(merchantId);
        return config && { value: config, asOfMs: config.readAtMs };
      }),
  };
}
