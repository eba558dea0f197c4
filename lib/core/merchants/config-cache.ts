import type { MerchantId } from '../model.ts';
import { createBoundedCache } from '../runtime/bounded-cache.ts';
import type { MerchantConfig } from './merchant-config.ts';
import type { MerchantStore } from './merchant-store.ts';

/** Merchants that one process caches. */
const MAX_CACHED_MERCHANTS = 1_000;

export interface ConfigCache {
  /** The merchant's config, from a read that began at or after `notBeforeMs`. Unknown merchants are not cached. */
  get(merchantId: MerchantId, notBeforeMs: number): Promise<MerchantConfig | undefined>;
}

/** Create one per process. Each caller passes the freshness that it needs, because that differs between uses. */
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
