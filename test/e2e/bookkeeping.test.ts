import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi, expectStatus } from '../../lib/local/api-client.ts';
import { type LocalCloud, startLocalCloud } from '../../lib/local/cloud.ts';
import { eventually } from '../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { ASSEMBLY } from '../support/synthesized.ts';
import { openShop, type Shop } from '../support/test-shop.ts';
import { payment } from '../support/world.ts';

/** Settings under which a window is closed and audited within seconds. */
const ENVIRONMENT = {
  TIDINGS_ALLOW_LOOPBACK: 'true',
  TIDINGS_ONE_CLOCK: 'true',
  TIDINGS_FEED_LAG_SECONDS: '3',
  TIDINGS_WINDOW_SECONDS: '1',
  TIDINGS_AUDIT_AFTER_SECONDS: '1',
};

describe('the deployed bundles of sweep, close and audit', () => {
  const dataDir = temporaryDirectory();
  const events: string[] = [];
  let cloud: LocalCloud;
  let api: Api;
  let shop: Shop;
  let documents: DynamoDBDocumentClient;
  let TableName: string;

  beforeAll(async () => {
    cloud = await startLocalCloud({
      assemblyDir: ASSEMBLY,
      dataDir,
      port: 0,
      environment: ENVIRONMENT,
      scheduleSeconds: 1,
      log: ({ line }) => events.push(line),
    });
    api = createApi(cloud.apiUrl);
    const adminKey = `tk_root_${cloud.secretValue('TidingsRootKey')}`;
    const initiator = expectStatus(await api(adminKey, 'POST /v1/keys', { scope: 'initiator' }), 201);
    const credentials = { api: cloud.apiUrl, adminKey, initiatorKey: initiator.json.key, merchants: [] };
    shop = await openShop({ api, credentials }, 'alpha', { schedule: [1] });
    const client = new DynamoDBClient({
      endpoint: cloud.endpoints.dynamodb,
      region: 'us-east-1',
      credentials: cloud.credentials,
    });
    documents = DynamoDBDocumentClient.from(client);
    TableName = cloud.resources.find('TidingsTable', 'AWS::DynamoDB::Table').name;
    const path = 'PUT /v1/merchants/alpha/transactions/pay_1';
    expectStatus(await api(initiator.json.key, path, payment()), 201);
    await shop.heardOf(1);
  });
  afterAll(async () => {
    documents.destroy();
    await shop.goAway();
    await cloud.stop();
    removeDirectory(dataDir);
  });

  const rows = async (pk: string) => {
    const answer = await documents.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ConsistentRead: true,
      }),
    );
    return answer.Items ?? [];
  };
  /** Another function is about to write it. */
  const appears = async (pk: string, isIt: (row: Record<string, unknown>) => boolean) => {
    const found = await eventually(
      () => rows(pk),
      (seen) => expect(seen.some(isIt)).toBe(true),
    );
    return found.find(isIt) ?? {};
  };

  it('close the window of an outcome, and audit it without finding anything', async () => {
    const window = await appears('W#alpha', () => true);
    expect(window).toMatchObject({
      revision: 0,
      groups: [{ status: 'SUCCEEDED', count: 1, amount: '1999' }],
    });
  });

  it('make and deliver a notification that had vanished, and count it as lost', async () => {
    const notification = await appears('T#alpha#pay_1', ({ state }) => state === 'delivered');
    await documents.send(new DeleteCommand({ TableName, Key: { pk: notification.pk, sk: notification.sk } }));
    // A mark behind the window makes the audit look at it again.
    for (const partition of Array(16).keys()) {
      await documents.send(new DeleteCommand({ TableName, Key: { pk: `D#${partition}`, sk: 'AUDITED' } }));
    }
    // Made as pending, and swept a moment later: it is told again, as what it was.
    const made = await appears('T#alpha#pay_1', ({ state }) => state === 'delivered');
    expect(made.sk).toBe(notification.sk);
    expect(shop.callbacks.get('pay_1')).toHaveLength(2);
    const told = () => events.filter((line) => line.includes('"message":"lost"'));
    await eventually(told, (lines) => expect(lines).not.toEqual([]));
    expect(told()).toHaveLength(1);
  });
});
