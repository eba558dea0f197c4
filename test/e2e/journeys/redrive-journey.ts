import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PurgeQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import type { Stage } from '../../support/running/npm-start-stage.ts';
import { openShop, type Shop } from '../../support/running/test-shop.ts';
import { ROOT } from '../../support/synthesized.ts';
import { payment } from '../../support/world.ts';

export function redriveJourney(stage: Stage): void {
  describe('dead letters', () => {
    let shop: Shop;
    beforeAll(async () => {
      shop = await openShop(stage.service, 'letters', { schedule: [1] });
    });
    // What cannot be put back stays in the queue.
    afterEach(async () => {
      const { sqs, queues } = openQueues();
      await sqs.send(new PurgeQueueCommand({ QueueUrl: queues.dead }));
      sqs.destroy();
    });
    afterAll(() => shop.stop());
    const openQueues = () => {
      const { outputs, environment } = JSON.parse(
        readFileSync(join(stage.dataDir, 'deployment.json'), 'utf8'),
      );
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
          ['bin/operate.ts', 'redrive', '--data-dir', stage.dataDir, ...options],
          { cwd: ROOT },
        )
      ).stdout;

    it('arrive there with the reason, are shown, and are put back where they are messages', async () => {
      const { sqs, queues } = openQueues();
      const key = stage.service.credentials.initiatorKey;
      await stage.service.api(key, 'PUT /v1/merchants/letters/transactions/pay_1', payment());
      await shop.heard('pay_1');
      const asked = await stage.service.api(shop.receiverKey, 'GET /v1/transactions/pay_1');
      const { endpointId } = asked.json.notifications[0];

      // One that deliver cannot read, and one that died on its way: both lie in the dead-letter queue.
      await sqs.send(
        new SendMessageCommand({ QueueUrl: queues.retry, MessageBody: '["nonsense \u202e\u009b2J"]' }),
      );
      const message = { merchantId: 'letters', transactionId: 'pay_1', version: 1, endpointId, rev: 0 };
      await sqs.send(new SendMessageCommand({ QueueUrl: queues.dead, MessageBody: JSON.stringify(message) }));
      const looked = await eventually(
        () => redrive('--dry-run'),
        (text) => expect(text).toContain('1 left'),
      );
      expect(looked).toContain(`✓ found   letters/pay_1 for ${endpointId} (received too often)`);
      expect(looked).toContain('✗ left    not_a_notification_message');
      expect(looked).toContain('dead letters: 1 could be put back · 1 left');
      // What strangers sent is shown, and moves nothing on the screen.
      expect(looked).toMatch(/✗ left .*\\u202e\\u009b2J/);
      expect(looked).not.toMatch(/[\u202e\u009b]/);
      sqs.destroy();
    });

    it('that are put back are worked off, and only what is none is left', async () => {
      const { sqs, queues } = openQueues();
      const path = '/v1/merchants/letters/endpoints';
      const { items } = (await stage.service.api(stage.service.credentials.adminKey, `GET ${path}`)).json;
      await stage.service.api(
        stage.service.credentials.initiatorKey,
        'PUT /v1/merchants/letters/transactions/pay_2',
        payment(),
      );
      await shop.heard('pay_2');
      const { endpointId } = items[0];
      const message = { merchantId: 'letters', transactionId: 'pay_2', version: 1, endpointId, rev: 0 };
      await sqs.send(new SendMessageCommand({ QueueUrl: queues.dead, MessageBody: JSON.stringify(message) }));
      expect(await redrive()).toContain('dead letters: 1 put back · 0 left');
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queues.dead }));
      expect(Messages ?? []).toEqual([]);

      // The same by API, for operators without credentials of AWS.
      const admin = (request: string, body?: object) =>
        stage.service.api(stage.service.credentials.adminKey, request, body);
      await sqs.send(new SendMessageCommand({ QueueUrl: queues.dead, MessageBody: JSON.stringify(message) }));
      await sqs.send(new SendMessageCommand({ QueueUrl: queues.dead, MessageBody: 'nonsense' }));
      const [lanes] = (await admin('GET /v1/dead-letters')).json.queues;
      expect(lanes.count).toBe(2);
      expect(lanes.items).toContainEqual(
        expect.objectContaining({ transactionId: 'pay_2', canGoBack: true }),
      );
      const back = (await admin('POST /v1/dead-letters/redrive', { queue: 'lanes' })).json;
      expect(back).toMatchObject({ redriven: 1, left: 1, isDone: true });
      expect((await admin('GET /v1/dead-letters')).json.queues[0]).toMatchObject({
        count: 1,
        items: [{ body: 'nonsense', canGoBack: false }],
      });
      sqs.destroy();
    });
  });
}
