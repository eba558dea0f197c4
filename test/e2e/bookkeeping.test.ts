import { DeleteCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partitionOf } from '../../lib/core/partitions.ts';
import { expectStatus } from '../../lib/local/api-client.ts';
import { eventually } from '../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { type ServiceCloud, startServiceCloud } from '../support/running/service-cloud.ts';
import { openShop, type Shop } from '../support/running/test-shop.ts';
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
  let service: ServiceCloud;
  let shop: Shop;

  beforeAll(async () => {
    service = await startServiceCloud({
      dataDir,
      environment: ENVIRONMENT,
      jobs: ['Sweep', 'Close', 'Audit'],
      log: ({ line }) => events.push(line),
    });
    const { api } = service;
    const { key } = await service.create('POST /v1/keys', { scope: 'initiator' });
    shop = await openShop(service, 'alpha', { schedule: [1] });
    const path = 'PUT /v1/merchants/alpha/transactions/pay_1';
    expectStatus(await api(key, path, payment()), 200, 201);
    await shop.heardOf(1);
  });
  afterAll(async () => {
    await shop.stop();
    await service.stop();
    removeDirectory(dataDir);
  });

  const rows = async (pk: string) => {
    const answer = await service.documents.send(
      new QueryCommand({
        TableName: service.TableName,
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
    await service.documents.send(
      new DeleteCommand({ TableName: service.TableName, Key: { pk: notification.pk, sk: notification.sk } }),
    );
    // Without a mark the audit looks at every window again. A run that is under way writes its own, so it is taken again.
    const mark = { pk: `D#${partitionOf('alpha')}`, sk: 'AUDITED' };
    const look = async () => {
      await service.documents.send(new DeleteCommand({ TableName: service.TableName, Key: mark }));
      return (await rows('T#alpha#pay_1')).find(({ sk }) => sk === notification.sk);
    };
    // The sweep sends it minutes later: until then it stands as it was made.
    const made = await eventually(look, (seen) => expect(seen).toMatchObject({ state: 'pending', rev: 0 }));
    expect(made?.nextAttemptAt).toBeDefined();
    const told = () => events.filter((line) => line.includes('"message":"lost"'));
    await eventually(told, (lines) => expect(lines).not.toEqual([]));
    expect(told()).toHaveLength(1);
  });
});
