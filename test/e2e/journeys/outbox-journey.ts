import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commitWithOutcome } from '../../../lib/initiator/dynamodb.ts';
import { createInitiator, type Initiator, merchantId, transactionId } from '../../../lib/initiator/index.ts';
import { ended, ownItems } from '../../initiator/outbox/own-items.ts';
import { journey, type Stage } from '../../support/running/npm-start-stage.ts';
import { openShop, type Shop } from '../../support/running/test-shop.ts';

const OUTCOMES = 20;
const SHOP = merchantId('outbox');
const endedHere = (id: string, changes: object) => ({ ...ended(id, changes), merchantId: SHOP });

export function outboxJourney(stage: Stage): void {
  journey('outcomes in the initiator’s own transactions', () => {
    let shop: Shop;
    let inner: DynamoDBClient;
    let client: DynamoDBDocumentClient;
    let initiator: Initiator;
    let tableName: string;
    let feedLagSeconds: number;

    beforeAll(async () => {
      shop = await openShop(stage.service, SHOP, { schedule: [1, 1, 2] });
      const { api: baseUrl, initiatorKey } = stage.service.credentials;
      initiator = createInitiator({ baseUrl, key: initiatorKey });
      const table = JSON.parse(readFileSync(join(stage.dataDir, 'table.json'), 'utf8'));
      ({ tableName, feedLagSeconds } = table);
      inner = new DynamoDBClient({
        endpoint: table.endpoint,
        region: 'us-east-1',
        credentials: table.credentials,
        maxAttempts: 1,
      });
      client = DynamoDBDocumentClient.from(inner);
    });
    afterAll(async () => {
      inner.destroy();
      await shop.stop();
    });

    it('arrive at the receiver, signed, and are what the API reads back', async () => {
      const own = ownItems({ name: tableName, documents: client });
      const ids = Array.from({ length: OUTCOMES }, (_, n) => `pay_${n}`);
      for (const [n, id] of ids.entries()) {
        const outcome = endedHere(id, { reference: `ORDER-${n}`, metadata: { n } });
        // Every other one was prepared.
        const { metadata: _, ...prepared } = outcome;
        if (n % 2 === 1) await initiator.record({ ...prepared, status: 'PENDING' });
        const result = await commitWithOutcome(client, {
          tableName,
          feedLagSeconds,
          transactItems: [own.count(id)],
          outcome,
        });
        expect(result.kind).toBe('committed');
      }
      await shop.heardOf(OUTCOMES);
      expect(shop.refused).toEqual([]);
      for (const [n, id] of ids.entries()) {
        const [callback] = shop.callbacks.get(id) ?? [];
        expect(JSON.parse(callback?.body ?? '')).toMatchObject({
          type: 'payment.succeeded',
          data: { transactionId: id, version: (n % 2) + 1, reference: `ORDER-${n}`, metadata: { n } },
        });
        expect(await own.effects(id)).toBe(1);
        const read = await initiator.readBack({ merchantId: SHOP, transactionId: transactionId(id) });
        expect(read).toMatchObject({ status: 'SUCCEEDED', version: (n % 2) + 1 });
        expect(
          await initiator.record(endedHere(id, { reference: `ORDER-${n}`, metadata: { n } })),
        ).toMatchObject({
          kind: 'unchanged',
        });
      }
    });
  });
}
