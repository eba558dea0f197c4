import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { Agent } from 'undici';
import { expect } from 'vitest';
import { GATE_SK, gatePk } from '../../../lib/adapters/dynamodb/items/item-keys.ts';
import { type MerchantId, outcomeSchema } from '../../../lib/core/model.ts';
import { MAX_LARGE_QUERIES } from '../../../lib/core/query/query-limit.ts';
import { expectStatus } from '../../../lib/local/api-client.ts';
import { awsClient } from '../../../lib/local/aws/aws-client.ts';
import { outcomeItem } from '../../../lib/protocol/table/outcome-layout.ts';
import { eventually } from '../../support/eventually.ts';
import type { ServiceCloud } from '../../support/running/service-cloud.ts';
import { payment } from '../../support/world.ts';
import type { JudgedCalls } from './judged-calls.ts';

export type Row = Record<string, unknown>;

const SUCCESS = [200, 201, 202, 204];
const MAX_BATCH = 10;
const HOUR_MS = 3_600_000;

/** What a row of an outcome says. Everything else is a payment's. */
interface RowContent {
  readonly merchantId: string;
  readonly transactionId: string;
  readonly listedAt: string;
  readonly recordedAt?: string;
  readonly occurredAt?: string;
  readonly contentHash?: string;
}

/** The row of an outcome, to be written past the service. */
export function outcomeRow(content: RowContent): Row {
  const outcome = outcomeSchema().parse({
    ...payment(),
    version: 1,
    recordedAt: content.listedAt,
    ...content,
  });
  return { ...outcomeItem(outcome, { feedShard: 0, retentionDays: 90 }) };
}

/** Everything that the legs of a journey need: the API, the table, the queues, and what was judged so far. */
export type Journey = Awaited<ReturnType<typeof openJourney>>;

export async function openJourney(service: ServiceCloud, judged: JudgedCalls) {
  const { api, adminKey, cloud, documents, TableName } = service;
  const { key: initiatorKey } = await service.create('POST /v1/keys', { scope: 'initiator' });
  const account = { region: 'us-east-1', credentials: cloud.credentials };
  const sqs = new SQSClient({ ...account, endpoint: cloud.endpoints.sqs });
  const scheduler = new SchedulerClient({ ...account, endpoint: cloud.endpoints.scheduler });
  const connections = new Agent();
  const events = awsClient('events', cloud.endpoints.eventBridge, { connections, key: cloud.credentials });
  const queueUrl = (queue: string) => cloud.resources.find(queue, 'AWS::SQS::Queue').url ?? '';
  const call = async (key: string, request: string, body?: object) =>
    expectStatus(await api(key, request, body), ...SUCCESS).json;

  async function rows(pk: string): Promise<readonly Row[]> {
    const { Items = [] } = await documents.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ConsistentRead: true,
      }),
    );
    return Items;
  }

  return {
    service,
    api,
    cloud,
    judged,
    scheduler,
    queueUrl,
    rows,
    /** Makes a request that must succeed. */
    call,
    admin: (request: string, body?: object) => call(adminKey, request, body),
    async record(merchantId: string, id: string, changes: object = {}) {
      return call(initiatorKey, `PUT /v1/merchants/${merchantId}/transactions/${id}`, payment(changes));
    },
    initiatorKey,
    /** Waits for a row that some function writes. */
    async appears(pk: string, isIt: (row: Row) => boolean): Promise<Row> {
      const found = await eventually(
        () => rows(pk),
        (seen) => expect(seen.some(isIt)).toBe(true),
      );
      return found.find(isIt) ?? {};
    },
    put: (Item: Row) => documents.send(new PutCommand({ TableName, Item })),
    /** Takes all places of a merchant's large questions, as processes that died in the middle of one do. */
    async whilePlacesAreTaken<Result>(merchantId: string, run: () => Promise<Result>): Promise<Result> {
      const closedUntil = new Date(Date.now() + HOUR_MS).toISOString();
      const keys = Array.from({ length: MAX_LARGE_QUERIES }, (_, place) => ({
        pk: gatePk({ merchantId: merchantId as MerchantId, name: `query#${place}` }),
        sk: GATE_SK,
      }));
      for (const key of keys) {
        await documents.send(new PutCommand({ TableName, Item: { ...key, closedUntil } }));
      }
      const result = await run();
      for (const Key of keys) await documents.send(new DeleteCommand({ TableName, Key }));
      return result;
    },
    remove: (Key: Row) => documents.send(new DeleteCommand({ TableName, Key })),
    set: ({ pk, sk }: Row, name: string, value: unknown) =>
      documents.send(
        new UpdateCommand({
          TableName,
          Key: { pk, sk },
          UpdateExpression: 'SET #name = :value',
          ExpressionAttributeNames: { '#name': name },
          ExpressionAttributeValues: { ':value': value },
        }),
      ),
    unset: ({ pk, sk }: Row, name: string) =>
      documents.send(
        new UpdateCommand({
          TableName,
          Key: { pk, sk },
          UpdateExpression: 'REMOVE #name',
          ExpressionAttributeNames: { '#name': name },
        }),
      ),
    send: (queue: string, body: object | string) =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl: queueUrl(queue),
          MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
          MessageGroupId: 'journey',
        }),
      ),
    /** Puts an event on the account's bus. */
    event: (entry: object) => events('PutEvents', { Entries: [entry] }),
    async sendMany(queue: string, body: object, count: number) {
      const Entries = Array.from({ length: MAX_BATCH }, (_, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify(body),
        MessageGroupId: 'journey',
      }));
      for (let sent = 0; sent < count; sent += MAX_BATCH) {
        await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl(queue), Entries }));
      }
    },
    async close() {
      await connections.close();
      sqs.destroy();
      scheduler.destroy();
    },
  };
}

/** What a server answers; `undefined`: it stays silent. */
type ServerAnswer =
  | { readonly status: number; readonly body?: object; readonly headers?: object }
  | undefined;

/** A foreign server with a scripted answer. */
export async function openServer(answer: (body: string) => ServerAnswer) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const said = answer(Buffer.concat(chunks).toString('utf8'));
    if (said === undefined) return;
    response.writeHead(said.status, { 'content-type': 'application/json', ...said.headers });
    response.end(JSON.stringify(said.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
