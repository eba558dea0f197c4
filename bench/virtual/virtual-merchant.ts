import type { MemoryStores } from '../../lib/adapters/memory/memory-stores.ts';
import type { EndpointId, MerchantId } from '../../lib/core/model.ts';

/** Creates a merchant with one endpoint for all event types. */
export async function openMerchant(
  stores: Pick<MemoryStores, 'merchants'>,
  options: {
    readonly merchantId: MerchantId;
    readonly url: string;
    readonly createdAt: string;
    readonly timeoutMs?: number;
  },
): Promise<void> {
  const { merchantId, url, createdAt, timeoutMs = 10_000 } = options;
  await stores.merchants.create({
    merchantId,
    name: merchantId,
    schedule: 'wechat',
    feedShards: 1,
    timeZone: 'UTC',
    secrets: [],
    createdAt,
    rev: 1,
  });
  await stores.merchants.createEndpoint(
    {
      merchantId,
      endpointId: 'ep_1' as EndpointId,
      url,
      timeoutMs,
      history: [{ from: createdAt, enabled: true, types: ['*'] }],
      secrets: [],
      createdAt,
      rev: 1,
    },
    1,
  );
}
