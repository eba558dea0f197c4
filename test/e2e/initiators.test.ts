import { createPublicKey, verify } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, expectStatus } from '../../lib/local/api-client.ts';
import { awsClient } from '../../lib/local/aws/aws-client.ts';
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

/** A bank on a real socket that is asked how its transactions ended. */
class Bank {
  readonly asked: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  readonly answers = new Map<string, { readonly status: number; readonly body: object }>();
  #server: Server | undefined;
  url = '';

  async open(): Promise<void> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString('utf8');
      this.asked.push({ headers: request.headers, body });
      const { transactionId } = JSON.parse(body) as { transactionId: string };
      const answer = this.answers.get(transactionId) ?? { status: 500, body: {} };
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
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
      201,
    );
  const ask = async (id: string) => (await api(shop.receiverKey, `GET /v1/transactions/${id}`)).json;

  beforeAll(async () => {
    await bank.open();
    service = await startServiceCloud({
      dataDir,
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

  it('are asked, by a key that they can verify, and what they say is told to the receiver', async () => {
    const body = { status: 'SUCCEEDED', amount: 1999, currency: 'CNY', occurredAt: '2026-11-20T08:00:01Z' };
    bank.answers.set('pay_1', { status: 200, body });
    await record('pay_1', { status: 'PENDING', checkBack: { url: bank.url, afterSeconds: 1 } });
    await shop.heard('pay_1');
    expect(await ask('pay_1')).toMatchObject({ status: 'SUCCEEDED', version: 2 });
    const { publicKeys } = (await api('', 'GET /v1/public-keys')).json as { publicKeys: string[] };
    const raw = Buffer.from((publicKeys[0] ?? '').slice('whpk_'.length), 'base64');
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const [{ headers, body: sent } = { headers: {}, body: '' }] = bank.asked;
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${sent}`;
    const signature = String(headers['webhook-signature']).replace('v1a,', '');
    expect(verify(null, Buffer.from(signed), key, Buffer.from(signature, 'base64'))).toBe(true);
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

  it('may hand outcomes over by the queue and as events, and not wait', async () => {
    const item = (transactionId: string, changes = {}) =>
      JSON.stringify({ merchantId: 'alpha', transactionId, ...payment(changes) });
    const QueueUrl = queueUrl('TidingsIntakeQueue');
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: item('pay_3') }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: item('pay_3') }));
    const connections = new Agent();
    const key = cloud.credentials;
    const events = awsClient('events', cloud.endpoints.eventBridge, { connections, key });
    const put = await events('PutEvents', {
      Entries: [
        { Source: 'bank', DetailType: 'Transaction Outcome', Detail: item('pay_4') },
        { Source: 'bank', DetailType: 'Something Else', Detail: item('pay_5') },
      ],
    });
    expect(put).toMatchObject({ FailedEntryCount: 0 });
    await connections.close();
    for (const id of ['pay_3', 'pay_4']) await shop.heard(id);
    expect(await ask('pay_5')).toMatchObject({ code: 'unknown_transaction' });
  });

  it('find what can never be recorded among the dead letters, with the reason', async () => {
    const QueueUrl = queueUrl('TidingsIntakeQueue');
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
      'outcome_conflict: SUCCEEDED is recorded as version 1',
    );
    expect(JSON.parse(letter?.Body ?? '')).toEqual(conflict);
  });
});
