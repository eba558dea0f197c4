import type { MerchantId } from '../model.ts';
import type { MerchantConfig } from './merchant-config.ts';
import type { MerchantStore } from './merchant-store.ts';

/** Merchants remembered by one process; beyond it the oldest goes. */
const MAX_CACHED_MERCHANTS = 1_000;

export interface ConfigCache {
  /** The merchant's config as of a read that began at or after `notBeforeMs`. Unknown merchants are not remembered. */
  get(merchantId: MerchantId, notBeforeMs: number): Promise<MerchantConfig | undefined>;
}

/** Reads of others that are waited for before an own one is begun: the first may have begun too early. */
const MAX_JOINED = 2;

/**
 * One per process. The caller says how fresh is fresh enough: that differs from use to use, and is its argument.
 * Callers that work side by side share a read that is under way, where it began late enough for them.
 */
export function createConfigCache(store: Pick<MerchantStore, 'read'>): ConfigCache {
  const known = new Map<MerchantId, MerchantConfig>();
  const underWay = new Map<MerchantId, Promise<MerchantConfig | undefined>>();

  async function read(merchantId: MerchantId): Promise<MerchantConfig | undefined> {
    const config = await store.read(merchantId);
    if (config !== undefined) remember(merchantId, config);
    return config;
  }

  /** A read that began earlier may end later. */
  function remember(merchantId: MerchantId, config: MerchantConfig): void {
    const standing = known.get(merchantId);
    if (standing !== undefined && standing.readAtMs > config.readAtMs) return;
    known.delete(merchantId);
    known.set(merchantId, config);
    for (const oldest of known.keys()) {
      if (known.size <= MAX_CACHED_MERCHANTS) break;
      known.delete(oldest);
    }
  }

  return {
    async get(merchantId, notBeforeMs) {
      for (let joined = 0; joined < MAX_JOINED; joined += 1) {
        const cached = known.get(merchantId);
        if (cached !== undefined && cached.readAtMs >= notBeforeMs) return cached;
        const others = underWay.get(merchantId);
        if (others === undefined) break;
        await others;
      }
      const own = read(merchantId);
      underWay.set(merchantId, own);
      try {
        return await own;
      } finally {
        if (underWay.get(merchantId) === own) underWay.delete(merchantId);
      }
    },
  };
}
