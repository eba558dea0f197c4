import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeSchema } from '../../../lib/core/model.ts';
import { outcomeItem } from '../../../lib/protocol/table/outcome-layout.ts';
import { eventually } from '../../support/eventually.ts';
import type { Stage } from '../../support/running/npm-start-stage.ts';
import { openShop, type Shop } from '../../support/running/test-shop.ts';
import { ROOT } from '../../support/synthesized.ts';
import { payment } from '../../support/world.ts';

export function parkedJourney(stage: Stage): void {
  describe('records that could not be relayed', () => {
    let shop: Shop;
    let inner: DynamoDBClient;
    let documents: DynamoDBDocumentClient;
    let tableName: string;

    beforeAll(async () => {
      shop = await openShop(stage.service, 'parked', { schedule: [1] });
      const table = JSON.parse(readFileSync(join(stage.dataDir, 'table.json'), 'utf8'));
      ({ tableName } = table);
      const { endpoint, credentials } = table;
      inner = new DynamoDBClient({ endpoint, credentials, region: 'us-east-1' });
      documents = DynamoDBDocumentClient.from(inner);
    });
    afterAll(async () => {
      inner.destroy();
      await shop.stop();
    });

    /** The command with its exit status. */
    const parked = (...args: string[]): Promise<{ readonly status: number; readonly stdout: string }> =>
      new Promise((resolve) => {
        execFile(
          process.execPath,
          ['bin/operate.ts', 'parked', ...args, '--data-dir', stage.dataDir],
          { cwd: ROOT },
          (error, stdout) => resolve({ status: Number(error?.code ?? 0), stdout }),
        );
      });

    it('are listed with their reason, shown whole, and put back when their outcome can be read', async () => {
      const now = new Date().toISOString();
      const outcome = outcomeSchema().parse({
        ...payment(),
        merchantId: 'parked',
        transactionId: 'pay_1',
        version: 1,
        occurredAt: now,
        recordedAt: now,
        listedAt: now,
        contentHash: 'a'.repeat(64),
      });
      const item = outcomeItem(outcome, { feedShard: 0, retentionDays: 90 });
      const Key = { pk: item.pk, sk: item.sk };
      await documents.send(
        new PutCommand({ TableName: tableName, Item: { ...item, metadata: 'no \u001b[31mJSON' } }),
      );
      const list = async () => {
        const { stdout } = await parked('list', '--json');
        return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
      };
      const [record] = await eventually(list, (found) => expect(found.length).toBeGreaterThan(0));
      expect(record).toMatchObject({
        outcome: { merchantId: 'parked', transactionId: 'pay_1', version: 1 },
        reason: /^not_an_outcome/,
      });
      const { stdout: table } = await parked('list');
      expect(table).toContain('parked/pay_1 version 1');
      expect(table).not.toContain('\u001b');
      expect((await parked('show', record.recordId)).stdout).toContain('\\"sk\\"');
      expect((await parked('show', 'nothing')).status).toBe(1);

      // Still as it was: it is left.
      expect(await parked('put-back', '--all')).toMatchObject({ status: 1, stdout: /^✗ left/ });
      await documents.send(
        new UpdateCommand({ TableName: tableName, Key, UpdateExpression: 'REMOVE metadata' }),
      );
      expect(await parked('put-back', record.recordId)).toMatchObject({ status: 0, stdout: /^✓ back/ });
      await shop.heard('pay_1');
      expect(await list()).toEqual([]);

      // The same by API.
      const admin = async (request: string) =>
        (await stage.service.api(stage.service.credentials.adminKey, request)).json;
      const key = { pk: String(item.pk).replace('pay_1', 'pay_2'), sk: item.sk };
      const again = { ...item, ...key, transactionId: 'pay_2' };
      await documents.send(new PutCommand({ TableName: tableName, Item: { ...again, metadata: 'no JSON' } }));
      const [shown] = await eventually(
        async () => (await admin('GET /v1/parked')).items,
        (items) => expect(items.length).toBeGreaterThan(0),
      );
      expect(shown).toMatchObject({ outcome: { merchantId: 'parked', transactionId: 'pay_2', version: 1 } });
      await documents.send(
        new UpdateCommand({ TableName: tableName, Key: key, UpdateExpression: 'REMOVE metadata' }),
      );
      expect(await admin(`POST /v1/parked/${shown.recordId}/put-back`)).toMatchObject({ result: 'relayed' });
      await shop.heard('pay_2');
      expect((await admin('GET /v1/parked')).items).toEqual([]);
    });

    it('say what to do where nothing was named', async () => {
      expect(await parked()).toMatchObject({ status: 1 });
      expect(await parked('put-back')).toMatchObject({ status: 1 });
      expect(await parked('list', '--days', '0')).toMatchObject({ status: 1 });
    });
  });
}
