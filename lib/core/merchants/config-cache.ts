import type { MerchantId } from '../model.ts';
import { createBoundedCache } from '../runtime/bounded-cache.ts';
import type { MerchantConfig } from './merchant-config.ts';
import type { MerchantStore } from './merchant-store.ts';

/** Merchants that one process caches. It caches as many that were erased. */
const MAX_CACHED_MERCHANTS = 1_000;

export interface ConfigCache {
  /**
   * The merchant's config, from a read that began at or after `notBeforeMs`. Unknown and erased merchants have none, and
   * that is not cached.
   */
  get(merchantId: MerchantId, notBeforeMs: number): Promise<MerchantConfig | undefined>;
  /**
   * Whether the merchant was erased before this call, also if its config is still cached. Only the tombstone is cached: it stays
   * for good.
   */
  isErased(merchantId: MerchantId): Promise<boolean>;
}

/** Create one per process. Each caller passes the freshness that it needs, because that differs between uses. */
export function createConfigCache(store: Pick<MerchantStore, 'read' | 'tombstone'>): ConfigCache {
  const known = createBoundedCache<MerchantId, MerchantConfig>({ capacity: MAX_CACHED_MERCHANTS });
  const erased = createBoundedCache<MerchantId, true>({ capacity: MAX_CACHED_MERCHANTS });
  return {
    get: (merchantId, notBeforeMs) =>
      known.read(merchantId, notBeforeMs, async () => {
        if (erased.get(merchantId)) return undefined;
        const config = await store.read(merchantId);
        return config && { value: config, asOfMs: config.readAtMs };
      }),
    async isErased(merchantId) {
      if (erased.get(merchantId)) return true;
      if ((await store.tombstone(merchantId)) === undefined) return false;
      erased.set(merchantId, true);
      return true;
    },
  };
}
