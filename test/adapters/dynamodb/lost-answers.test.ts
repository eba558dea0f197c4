import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMerchantStore } from '../../../lib/adapters/dynamodb/stores/merchants/dynamodb-merchant-store.ts';
import { openTable } from '../../../lib/adapters/dynamodb/table/table-client.ts';
import { systemClock } from '../../../lib/adapters/system.ts';
import { endpoint } from '../support/samples.ts';

const unanswered = { code: 'unavailable', retryable: true };

function merchantStore() {
  const reporter = { report: () => undefined };
  return createMerchantStore(openTable({ name: 'table', feedLagSeconds: 30, clock: systemClock, reporter }));
}

describe.each(['createEndpoint', 'saveEndpoint'] as const)(
  'the write of %s, which carries a date',
  (write) => {
    let requests = 0;
    let isSilent = false;
    let server: Server;
    beforeEach(async () => {
      requests = 0;
      isSilent = false;
      server = createServer(({ socket }) => {
        requests += 1;
        if (!isSilent) socket.destroy();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${port}`);
      vi.stubEnv('AWS_REGION', 'us-east-1');
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    });
    afterEach(() => {
      vi.unstubAllEnvs();
      server.closeAllConnections();
      server.close();
    });

    it('is tried once if the connection breaks: it may be stored, and a later try would carry an old date', async () => {
      await expect(merchantStore()[write](endpoint(), 1, { withinMs: 60_000 })).rejects.toMatchObject(
        unanswered,
      );
      expect(requests).toBe(1);
    });

    it('ends when its time is up', async () => {
      isSilent = true;
      await expect(merchantStore()[write](endpoint(), 1, { withinMs: 50 })).rejects.toMatchObject(unanswered);
      expect(requests).toBeLessThanOrEqual(1);
    });
  },
);
