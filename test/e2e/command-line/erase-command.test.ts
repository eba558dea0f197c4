import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { runHere as run } from '../../support/running/run-here.ts';
import { type ServiceCloud, startServiceCloud } from '../../support/running/service-cloud.ts';
import { payment } from '../../support/world.ts';
import { linesOf } from './program.ts';

const HOUR_MS = 3_600_000;

/** The deployed bundles, with windows and audits of a second. */
describe('tidings merchants erase and erasure', () => {
  const dataDir = temporaryDirectory();
  let service: ServiceCloud;
  beforeAll(async () => {
    service = await startServiceCloud({
      dataDir,
      jobs: ['Sweep', 'Close', 'Audit'],
      environment: {
        TIDINGS_ALLOW_LOOPBACK: 'true',
        TIDINGS_ONE_CLOCK: 'true',
        TIDINGS_FEED_LAG_SECONDS: '3',
        TIDINGS_WINDOW_SECONDS: '1',
        TIDINGS_AUDIT_AFTER_SECONDS: '1',
        // Erasing looks for parked records on each day of the retention, in each partition.
        TIDINGS_RETENTION_DAYS: '1',
      },
    });
  });
  afterAll(async () => {
    await service.stop();
    removeDirectory(dataDir);
  });
  const tidings = (...words: readonly string[]) =>
    run(['merchants', ...words], {
      env: { TIDINGS_API: service.cloud.apiUrl, TIDINGS_KEY: service.adminKey },
    });
  const erasure = async () => linesOf(await tidings('erasure', 'gone', '--json'))[0];

  /** Ends the five minutes between two passes, and tells how far it is. */
  const dontPause = async () => {
    const key = { TableName: service.TableName, Key: { pk: 'J#erasure#gone', sk: 'ERASURE' } };
    const { Item } = await service.documents.send(new GetCommand({ ...key, ConsistentRead: true }));
    if (Item?.passFrom !== undefined)
      await service.documents.send(new UpdateCommand({ ...key, UpdateExpression: 'REMOVE passFrom' }));
    return { state: Item?.state, pass: Item?.pass, place: Item?.place, deleted: Item?.deleted };
  };

  it('delete what was recorded, after a while, and say how far they are; another merchant keeps everything', async () => {
    const { key } = await service.create('POST /v1/keys', { scope: 'initiator' });
    for (const merchantId of ['gone', 'other']) {
      await service.create('POST /v1/merchants', { merchantId, name: merchantId });
      for (const id of ['pay_1', 'pay_2', 'pay_3']) {
        const path = `PUT /v1/merchants/${merchantId}/transactions/${id}`;
        expect((await service.api(key, path, payment())).status).toBe(201);
      }
    }
    expect(await tidings('erasure', 'gone')).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('not erased'),
    });
    const erased = await tidings('erase', 'gone', '--yes');
    expect(erased).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('tidings merchants erasure gone'),
    });
    const waiting = await erasure();
    expect(waiting).toMatchObject({ state: 'waiting', deleted: { rows: 0, files: 0 } });
    const people = await tidings('erasure', 'gone');
    expect(people.stdout).toMatch(/state +waiting\n[\s\S]*deleted rows +0\n/);

    // As if it had been erased an hour ago: nothing that was under way then can write any more.
    await service.documents.send(
      new UpdateCommand({
        TableName: service.TableName,
        Key: { pk: 'M#gone', sk: 'PROFILE' },
        UpdateExpression: 'SET erasedAt = :then',
        ExpressionAttributeValues: { ':then': new Date(Date.now() - HOUR_MS).toISOString() },
      }),
    );
    const awaiting = tidings('erasure', 'gone', '--wait', '--json');
    await eventually(dontPause, ({ state }) => expect(state).toBe('erased'));
    const awaited = await awaiting;
    expect(awaited.status).toBe(0);
    expect(linesOf(awaited)[0]).toMatchObject({ state: 'erased' });
    const { deleted } = (await erasure()) as { readonly deleted: { readonly rows: number } };
    expect(deleted.rows).toBeGreaterThanOrEqual(3);
    await eventually(
      async () => (await service.api(service.adminKey, 'GET /v1/merchants/other/transactions')).json.items,
      (items) => expect(items).toHaveLength(3),
    );
  });
});
