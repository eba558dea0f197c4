import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TableAccess } from '../../../examples/shared/tidings-calls.ts';
import { freePort } from '../../../lib/emulators/free-port.ts';
import { removeDirectory } from '../../support/local-service.ts';
import { codeBlocks, moduleOf } from '../../support/published/guide.ts';
import { projectWithKit } from '../../support/published/published.ts';
import { journey, type Stage } from '../../support/running/npm-start-stage.ts';
import { openShop, type Shop } from '../../support/running/test-shop.ts';
import { ROOT } from '../../support/synthesized.ts';

const MERCHANT = 'initiators';

/** Runs behind the guide's own code: what its values are, and two payments during which the process dies. */
const EPILOGUE = `
const die = { url: process.env.CHECK_URL, afterSeconds: 1, onUnknown: 'FAILED' };
await initiator.record({ ...prepared('dies_before'), status: 'PENDING', checkBack: die });
await initiator.record({ ...prepared('dies_after'), status: 'PENDING', checkBack: die });
transfer(prepared('dies_after'));
process.send({
  read: read.status, refused, again,
  // On a busy machine an answer may be late, and the repeated request finds what stands.
  stand: [result, ...results].filter(({ kind }) => kind === 'created' || kind === 'unchanged').length,
  bought: bought.kind, poor, ended, rolledBack, refusal,
});
`;

export function initiatorGuide(stage: Stage): void {
  journey('the guide for initiators', () => {
    let project: string;
    let shop: Shop;
    let inner: DynamoDBClient;
    let documents: DynamoDBDocumentClient;
    let child: ChildProcess | undefined;
    let table: TableAccess & { readonly tableName: string };

    beforeAll(async () => {
      project = await projectWithKit();
      symlinkSync(join(ROOT, 'node_modules/@aws-sdk'), join(project, 'node_modules/@aws-sdk'));
      shop = await openShop(stage.service, MERCHANT, { schedule: [1, 1, 2] });
      table = JSON.parse(readFileSync(join(stage.dataDir, 'table.json'), 'utf8'));
      const { endpoint, credentials } = table;
      inner = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
      documents = DynamoDBDocumentClient.from(inner);
      for (const [TableName, name] of [
        ['accounts', 'owner'],
        ['marks', 'id'],
      ] as const) {
        await inner.send(
          new CreateTableCommand({
            TableName,
            AttributeDefinitions: [{ AttributeName: name, AttributeType: 'S' }],
            KeySchema: [{ AttributeName: name, KeyType: 'HASH' }],
            BillingMode: 'PAY_PER_REQUEST',
          }),
        );
      }
      for (const [owner, balance] of Object.entries({ alice: 5_000, bob: 100 })) {
        await documents.send(new PutCommand({ TableName: 'accounts', Item: { owner, balance } }));
      }
    });
    afterAll(async () => {
      child?.kill('SIGKILL');
      inner.destroy();
      await shop.stop();
      removeDirectory(project);
    });

    const balance = async (owner: string) => {
      const get = new GetCommand({ TableName: 'accounts', Key: { owner }, ConsistentRead: true });
      return (await documents.send(get)).Item?.balance as number;
    };

    it('says what happens when its code is run against the service', async () => {
      const code = moduleOf(codeBlocks('initiator.md', 'js'));
      const file = join(project, 'guide.mjs');
      // A minute is the guide's; the test has less. The merchant is one that nobody else records for.
      const mine = code
        .replace('afterSeconds: 60', 'afterSeconds: 1')
        .replace("merchantId('demo')", `merchantId('${MERCHANT}')`);
      writeFileSync(file, `${mine}\n${EPILOGUE}`);
      const port = String(await freePort());
      child = fork(file, {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        env: {
          ...process.env,
          TIDINGS_API: stage.service.credentials.api,
          TIDINGS_KEY: stage.service.credentials.initiatorKey,
          TIDINGS_TABLE_NAME: table.tableName,
          AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
          AWS_REGION: 'us-east-1',
          AWS_ACCESS_KEY_ID: table.credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: table.credentials.secretAccessKey,
          BANK_DATABASE: join(stage.dataDir, 'bank.sqlite'),
          CHECK_PORT: port,
          CHECK_URL: `http://127.0.0.1:${port}/checks`,
        },
      });
      const said = await Promise.race([
        once(child, 'message').then(([message]) => message as Record<string, unknown>),
        once(child, 'exit').then(([status]) =>
          Promise.reject(new Error(`The guide's code ended: ${status}`)),
        ),
      ]);
      expect(said).toMatchObject({
        read: 'SUCCEEDED',
        stand: 121,
        refused: [],
        again: [],
        bought: 'committed',
        poor: { kind: 'cancelled', reasons: [{ index: 0, code: 'ConditionalCheckFailed' }] },
        ended: { kind: 'committed', end: { status: 'SUCCEEDED', amount: 1999 } },
        rolledBack: { kind: 'rolled_back' },
        refusal: 'TransactionCanceledException',
      });
      expect([await balance('alice'), await balance('bob')]).toEqual([3_001, 100]);

      for (const [id, type] of [
        ['order_1', 'payment.succeeded'],
        ['order_2', 'payment.succeeded'],
        ['order_4', 'payment.succeeded'],
        ['dies_before', 'payment.failed'],
        ['dies_after', 'payment.succeeded'],
      ] as const) {
        await shop.heard(id);
        expect(JSON.parse(shop.callbacks.get(id)?.[0]?.body ?? '')).toMatchObject({ type });
      }
      // What was announced as failed can never be committed any more, and what was refused was not announced.
      expect(shop.callbacks.has('order_3')).toBe(false);
    });
  });
}
