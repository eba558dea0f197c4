import { describe, expect, it } from 'vitest';
import { openService } from '../../../lib/cli/connection/service.ts';
import type { Connection } from '../../../lib/cli/connection/settings.ts';

const LOCAL: Connection = {
  api: 'http://127.0.0.1:4510',
  key: 'tk_admin_secretsecretsecret',
  from: '.tidings',
  merchantId: 'demo',
  isMerchantDefault: true,
  others: { receiver: 'tk_receiver_secretsecretsecret', initiator: 'tk_initiator_secretsecretsecret' },
};

function opened(change: Partial<Connection> = {}, own: object = { scope: 'admin' }) {
  const told: string[] = [];
  const service = openService(
    { ...LOCAL, ...change },
    {
      fetch: async () => Response.json(own),
      onDefaultMerchant: (merchantId) => void told.push(merchantId),
    },
  );
  return { service, told };
}

describe('a merchant that nobody named', () => {
  it('is told once, by the first question about it', async () => {
    const { service, told } = opened();
    await service.whoAmI();
    expect(told).toEqual([]);
    expect(await service.pathOfMerchant('/deliveries')).toBe('/v1/merchants/demo/deliveries');
    await service.merchantId();
    await service.as('initiator').merchantId();
    expect(told).toEqual(['demo']);
  });

  it('is told when its own key is used', async () => {
    const { service, told } = opened();
    service.as('receiver');
    expect(told).toEqual(['demo']);
  });

  it('is not told if the command line named one, or the key belongs to it', async () => {
    const named = opened({ merchantId: 'fast', isMerchantDefault: false });
    await named.service.merchantId();
    const { merchantId: _, isMerchantDefault: __, ...plain } = LOCAL;
    const own = openService(plain, {
      fetch: async () => Response.json({ scope: 'merchant', merchantId: 'fast' }),
    });
    expect([await own.merchantId(), named.told]).toEqual(['fast', []]);
  });
});
