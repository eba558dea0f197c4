import { expect, it } from 'vitest';
import { createOrders } from '../../../lib/local/demo/orders.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';

const MERCHANT = {
  merchantId: 'demo',
  merchantSecret: '',
  receiverKey: '',
  endpointId: 'ep_1',
  endpointSecret: '',
};

/** The orders of a service that answers each request with this status. */
function ordersOf(dataDir: string, status: number) {
  return createOrders({
    api: async () => ({ status, text: '{}', headers: {}, json: {} }),
    credentials: { api: '', adminKey: '', initiatorKey: '', merchants: [] },
    merchant: MERCHANT,
    dataDir,
  });
}

it('an order is recorded whether its outcome is new or, after a repeated write, already there', async () => {
  const dataDir = temporaryDirectory();
  try {
    for (const [name, status] of [
      ['ORDER-1', 201],
      ['ORDER-2', 200],
    ] as const) {
      expect(await ordersOf(dataDir, status).recordNext()).toMatchObject({ name });
    }
    await expect(ordersOf(dataDir, 503).recordNext()).rejects.toThrow('503');
  } finally {
    removeDirectory(dataDir);
  }
});
