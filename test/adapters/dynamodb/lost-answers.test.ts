import { beforeEach, describe, expect, it } from 'vitest';
import { createMerchantStore } from '../../../lib/adapters/dynamodb/stores/merchants/dynamodb-merchant-store.ts';
import { openTable } from '../../../lib/adapters/dynamodb/table/table-client.ts';
import { systemClock } from '../../../lib/adapters/system.ts';
import { endpoint } from '../support/samples.ts';
import { useTableServer } from '../support/table-server.ts';

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
    useTableServer(({ socket }) => {
      requests += 1;
      if (!isSilent) socket.destroy();
    });
    beforeEach(() => {
      requests = 0;
      isSilent = false;
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
