import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, expectStatus } from '../../lib/local/api-client.ts';
import type { LocalCloud } from '../../lib/local/cloud.ts';
import { eventually } from '../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../support/local-service.ts';
import { type ServiceCloud, startServiceCloud } from '../support/running/service-cloud.ts';
import { openShop, type Shop } from '../support/running/test-shop.ts';
import { payment } from '../support/world.ts';

interface Unresolved {
  readonly transactionId: string;
  readonly attempts: readonly object[];
}

/** A bank on a real socket that is asked how its transactions ended, and cannot say. */
class Bank {
  #server: Server | undefined;
  url = '';

  async open(): Promise<void> {
    const server = createServer((_request, response) => void response.writeHead(500).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/check`;
  }

  close(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}

describe('initiators of the deployed bundles', () => {
  const dataDir = temporaryDirectory();
  const bank = new Bank();
  let service: ServiceCloud;
  let cloud: LocalCloud;
  let api: Api;
  let adminKey: string;
  let initiatorKey: string;
  let shop: Shop;
  let sqs: SQSClient;
  const queueUrl = (name: string) => cloud.resources.find(name, 'AWS::SQS::Queue').url ?? '';
  const record = async (id: string, changes: object) =>
    expectStatus(
      await api(initiatorKey, `PUT /v1/merchants/alpha/transactions/${id}`, payment(changes)),
      200,
      201,
    );

  beforeAll(async () => {
    await bank.open();
    service = await startServiceCloud({
      dataDir,
      jobs: [],
      environment: {
        TIDINGS_ALLOW_LOOPBACK: 'true',
        TIDINGS_ONE_CLOCK: 'true',
        TIDINGS_FEED_LAG_SECONDS: '3',
        TIDINGS_CHECK_HORIZON_SECONDS: '4',
      },
    });
    ({ cloud, api, adminKey } = service);
    initiatorKey = (await service.create('POST /v1/keys', { scope: 'initiator' })).key;
    shop = await openShop(service, 'alpha', { schedule: [1] });
    sqs = new SQSClient({
      endpoint: cloud.endpoints.sqs,
      region: 'us-east-1',
      credentials: cloud.credentials,
    });
  });
  afterAll(async () => {
    sqs.destroy();
    bank.close();
    await shop.stop();
    await service.stop();
    removeDirectory(dataDir);
  });

  it('that cannot say are listed at the horizon, and ended by hand', async () => {
    await record('pay_2', { status: 'PENDING', checkBack: { url: bank.url, afterSeconds: 1 } });
    const list = async () => (await api(adminKey, 'GET /v1/unresolved')).json.items as Unresolved[];
    const [unresolved] = await eventually(list, (seen) => expect(seen).toHaveLength(1));
    expect(unresolved).toMatchObject({ transactionId: 'pay_2' });
    // How often within the horizon is a matter of how fast the machine is.
    expect(unresolved?.attempts[0]).toMatchObject({ result: 'http_server_error', statusCode: 500 });
    const found = { status: 'FAILED', occurredAt: '2026-11-20T08:00:01Z' };
    expectStatus(await api(adminKey, 'POST /v1/unresolved/alpha/pay_2/resolve', found), 201);
    await shop.heard('pay_2');
    await eventually(list, (seen) => expect(seen).toEqual([]));
  });

  it('find what can never be recorded among the dead letters, with the reason', async () => {
    const QueueUrl = queueUrl('TidingsIntakeQueue');
    await record('pay_3', {});
    const conflict = { merchantId: 'alpha', transactionId: 'pay_3', ...payment({ status: 'FAILED' }) };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(conflict) }));
    const receive = new ReceiveMessageCommand({
      QueueUrl: queueUrl('TidingsIntakeDeadLetters'),
      WaitTimeSeconds: 20,
      MessageAttributeNames: ['All'],
    });
    const [letter] = await eventually(
      async () => (await sqs.send(receive)).Messages ?? [],
      (seen) => expect(seen).toHaveLength(1),
    );
    expect(letter?.MessageAttributes?.reason?.StringValue).toBe(
      'outcome_conflict: SUCCEEDED is recorded as version 1, with another status',
    );
    expect(JSON.parse(letter?.Body ?? '')).toEqual(conflict);
  });
});
