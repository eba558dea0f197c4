import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import {
  type LocalService,
  removeDirectory,
  startService,
  temporaryDirectory,
} from '../../support/local-service.ts';
import { openShop } from '../../support/running/test-shop.ts';
import { ROOT } from '../../support/synthesized.ts';
import { payment } from '../../support/world.ts';

describe('dead letters', () => {
  let dataDir: string;
  let service: LocalService;
  beforeEach(async () => {
    dataDir = temporaryDirectory();
    service = await startService(dataDir);
  });
  afterEach(async () => {
    await service.stop();
    removeDirectory(dataDir);
  });
  const openQueues = () => {
    const { outputs, environment } = JSON.parse(readFileSync(join(dataDir, 'deployment.json'), 'utf8'));
    const credentials = {
      accessKeyId: environment.AWS_ACCESS_KEY_ID,
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY,
    };
    return {
      sqs: new SQSClient({ endpoint: environment.AWS_ENDPOINT_URL_SQS, region: 'us-east-1', credentials }),
      queues: { dead: outputs.DeadLetterUrl, retry: outputs.RetryQueueUrl },
    };
  };
  const redrive = async (...options: string[]) =>
    (
      await promisify(execFile)(
        process.execPath,
        ['bin/operate.ts', 'redrive', '--data-dir', dataDir, ...options],
        { cwd: ROOT },
      )
    ).stdout;

  it('arrive there with the reason, are shown, and are put back where they are messages', async () => {
    const { sqs, queues } = openQueues();
    const shop = await openShop(service, 'alpha', { schedule: [1] });
    const key = service.credentials.initiatorKey;
    await service.api(key, 'PUT /v1/merchants/alpha/transactions/pay_1', payment());
    await shop.heardOf(1);
    const asked = await service.api(shop.receiverKey, 'GET /v1/transactions/pay_1');
    const { endpointId } = asked.json.notifications[0];

    // One that deliver cannot read, and one that died on its way: both lie in the dead-letter queue.
    await sqs.send(
      new SendMessageCommand({ QueueUrl: queues.retry, MessageBody: '["nonsense \u202e\u009b2J"]' }),
    );
    const message = { merchantId: 'alpha', transactionId: 'pay_1', version: 1, endpointId, rev: 0 };
    await sqs.send(new SendMessageCommand({ QueueUrl: queues.dead, MessageBody: JSON.stringify(message) }));
    const looked = await eventually(
      () => redrive('--dry-run'),
      (text) => expect(text).toContain('1 left'),
    );
    expect(looked).toContain(`✓ found   alpha/pay_1 for ${endpointId} (received too often)`);
    expect(looked).toContain('✗ left    not_a_notification_message');
    expect(looked).toContain('dead letters: 1 could be put back · 1 left');
    // What strangers sent is shown, and moves nothing on the screen.
    expect(looked).toMatch(/✗ left .*\\u202e\\u009b2J/);
    expect(looked).not.toMatch(/[\u202e\u009b]/);
    await shop.stop();
    sqs.destroy();
  });

  it('that are put back are worked off, and only what is none is left', async () => {
    const { sqs, queues } = openQueues();
    const shop = await openShop(service, 'alpha', { schedule: [1] });
    const path = '/v1/merchants/alpha/endpoints';
    const { items } = (await service.api(service.credentials.adminKey, `GET ${path}`)).json;
    await service.api(
      service.credentials.initiatorKey,
      'PUT /v1/merchants/alpha/transactions/pay_1',
      payment(),
    );
    await shop.heardOf(1);
    const { endpointId } = items[0];
    const message = { merchantId: 'alpha', transactionId: 'pay_1', version: 1, endpointId, rev: 0 };
    await sqs.send(new SendMessageCommand({ QueueUrl: queues.dead, MessageBody: JSON.stringify(message) }));
    expect(await redrive()).toContain('dead letters: 1 put back · 0 left');
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queues.dead }));
    expect(Messages ?? []).toEqual([]);

    // The same by API, for operators without credentials of AWS.
    const admin = (request: string, body?: object) =>
      service.api(service.credentials.adminKey, request, body);
    await sqs.send(new SendMessageCommand({ QueueUrl: queues.dead, MessageBody: JSON.stringify(message) }));
    await sqs.send(new SendMessageCommand({ QueueUrl: queues.dead, MessageBody: 'nonsense' }));
    const [lanes] = (await admin('GET /v1/dead-letters')).json.queues;
    expect(lanes.count).toBe(2);
    expect(lanes.items).toContainEqual(expect.objectContaining({ transactionId: 'pay_1', canGoBack: true }));
    const back = (await admin('POST /v1/dead-letters/redrive', { queue: 'lanes' })).json;
    expect(back).toMatchObject({ redriven: 1, left: 1, isDone: true });
    expect((await admin('GET /v1/dead-letters')).json.queues[0]).toMatchObject({
      count: 1,
      items: [{ body: 'nonsense', canGoBack: false }],
    });
    await shop.stop();
    sqs.destroy();
  });
});
