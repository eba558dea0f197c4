import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAwsServer } from '../../../lib/local/aws/aws-server.ts';
import { close, listen } from '../../../lib/local/aws/listen.ts';
import type { SeededFaults } from '../../../lib/local/seeded-faults.ts';
import { SqsStore } from '../../../lib/local/sqs/queue-store.ts';
import { sqsService } from '../../../lib/local/sqs/sqs-api.ts';
import { openState } from '../../../lib/local/state.ts';
import { eventually } from '../../support/eventually.ts';

let directory: string;
let stops: (() => Promise<void>)[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'local-sqs-'));
});
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
  rmSync(directory, { recursive: true, force: true });
});

const KEY = { accessKeyId: 'a', secretAccessKey: 'b' };

/** Serves the queues of the directory, as a cloud does. */
async function serve(faults?: SeededFaults) {
  const state = openState(directory);
  const store = new SqsStore(state, faults);
  let address = '';
  const server = createAwsServer({
    json: [sqsService(store, () => address)],
    rest: [],
    key: KEY,
    log: () => {},
  });
  address = await listen(server, 0);
  const client = new SQSClient({
    region: 'us-east-1',
    endpoint: address,
    credentials: KEY,
  });
  const stop = async () => {
    store.stop();
    await close(server);
    state.close();
  };
  stops.push(stop);
  const stopOnce = async () => {
    stops = stops.filter((other) => other !== stop);
    await stop();
  };
  const makeQueue = async (QueueName: string, Attributes: Record<string, string> = {}) =>
    (await client.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
  return { client, store, address, makeQueue, stop: stopOnce };
}

const bodies = (messages: readonly { Body?: string | undefined }[] | undefined) =>
  (messages ?? []).map(({ Body }) => Body);

describe('queues', () => {
  it('hand out a message once more when its deletion was missed', async () => {
    let isMissed = true;
    const { client, makeQueue } = await serve((kind) => kind === 'missedDelete' && isMissed);
    const QueueUrl = await makeQueue('missed');
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'twice' }));
    const receive = async () => (await client.send(new ReceiveMessageCommand({ QueueUrl }))).Messages ?? [];
    const [first] = await receive();
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    const [second] = await receive();
    expect(second).toMatchObject({ MessageId: first?.MessageId, Body: 'twice' });
    isMissed = false;
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle }));
    expect(await receive()).toEqual([]);
  });

  it('give each message group its turn, however long the backlog of one is', async () => {
    const { client, makeQueue, store } = await serve();
    const QueueUrl = await makeQueue('fair');
    const crowd = Array.from({ length: 100 }, (_, index) => ({ body: `big ${index}`, groupId: 'big' }));
    store.send(
      'fair',
      crowd.map((message) => ({
        ...message,
        attributes: {},
        delaySeconds: undefined,
        traceHeader: undefined,
      })),
    );
    for (const group of ['small', 'tiny']) {
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: group, MessageGroupId: group }));
    }
    const { Messages } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 5,
        MessageSystemAttributeNames: ['MessageGroupId'],
      }),
    );
    expect(bodies(Messages)).toEqual(['big 0', 'small', 'tiny', 'big 1', 'big 2']);
    expect(Messages?.map(({ Attributes }) => Attributes?.MessageGroupId)).toEqual([
      'big',
      'small',
      'tiny',
      'big',
      'big',
    ]);
  });

  it('hide what was received, count receives, and take it back when its visibility ends', async () => {
    const { client, makeQueue } = await serve();
    const QueueUrl = await makeQueue('hide', { VisibilityTimeout: '60' });
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const receive = async () =>
      (await client.send(new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['All'] })))
        .Messages?.[0];
    const first = await receive();
    expect(first?.Attributes).toMatchObject({ ApproximateReceiveCount: '1' });
    expect(await receive()).toBeUndefined();
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl,
        ReceiptHandle: first?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
    const second = await receive();
    expect(second?.Attributes).toMatchObject({ ApproximateReceiveCount: '2' });
    // The first receipt is outdated: it deletes nothing, and that is no error.
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    expect((await count(client, QueueUrl)).inFlight).toBe(1);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle }));
    expect((await count(client, QueueUrl)).inFlight).toBe(0);
  });

  it('give a message once in an answer, also where it is hidden for no time', async () => {
    const { client, makeQueue } = await serve();
    const QueueUrl = await makeQueue('q');
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    const look = () =>
      client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }));
    expect((await look()).Messages).toHaveLength(1);
    expect((await look()).Messages).toHaveLength(1);
  });

  it('hand a waiting poll what arrives, and what becomes visible', async () => {
    const { client, makeQueue } = await serve();
    const QueueUrl = await makeQueue('wait');
    const poll = () => client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    const arriving = poll();
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'arrives' }));
    expect(bodies((await arriving).Messages)).toEqual(['arrives']);
    const delayed = poll();
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'delayed', DelaySeconds: 4 }));
    expect(await count(client, QueueUrl)).toEqual({ ready: 0, delayed: 1, inFlight: 1 });
    expect(bodies((await delayed).Messages)).toEqual(['delayed']);
  });

  it('give nothing to a caller that hung up', async () => {
    const { client, makeQueue, store } = await serve();
    const QueueUrl = await makeQueue('gone');
    const hangUp = new AbortController();
    const abandoned = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
      abortSignal: hangUp.signal,
    });
    await eventually(
      () => store.waiting('gone'),
      (seen) => expect(seen).toBe(1),
    );
    hangUp.abort();
    await expect(abandoned).rejects.toThrow(/abort/i);
    await eventually(
      () => store.waiting('gone'),
      (seen) => expect(seen).toBe(0),
    );
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'kept' }));
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(bodies(Messages)).toEqual(['kept']);
  });

  it('move a message to the dead-letter queue when it was received often enough', async () => {
    const { client, makeQueue } = await serve();
    const dead = await makeQueue('dead');
    const policy = { deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead', maxReceiveCount: 2 };
    const QueueUrl = await makeQueue('alive', {
      VisibilityTimeout: '0',
      RedrivePolicy: JSON.stringify(policy),
    });
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison', MessageGroupId: 'g' }));
    const receive = async (url: string) =>
      bodies((await client.send(new ReceiveMessageCommand({ QueueUrl: url }))).Messages);
    expect(await receive(QueueUrl)).toEqual(['poison']);
    expect(await receive(QueueUrl)).toEqual(['poison']);
    expect(await receive(QueueUrl)).toEqual([]);
    expect(await receive(dead)).toEqual(['poison']);
  });

  it('keep messages, groups, counts and delays through a restart, and show at once what was in flight', async () => {
    const before = await serve();
    const oldUrl = await before.makeQueue('kept', { VisibilityTimeout: '60' });
    for (const body of ['seen', 'new']) {
      await before.client.send(
        new SendMessageCommand({ QueueUrl: oldUrl, MessageBody: body, MessageGroupId: body }),
      );
    }
    await before.client.send(new ReceiveMessageCommand({ QueueUrl: oldUrl }));
    await before.client.send(
      new SendMessageCommand({ QueueUrl: oldUrl, MessageBody: 'later', DelaySeconds: 600 }),
    );
    await before.stop();

    const { client, store } = await serve();
    expect(await count(client, oldUrl)).toEqual({ ready: 2, delayed: 1, inFlight: 0 });
    const { Messages } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: oldUrl, MaxNumberOfMessages: 10 }),
    );
    expect(bodies(Messages).sort()).toEqual(['new', 'seen']);
    expect(store.list('kept').map(({ groupId, receiveCount }) => [groupId, receiveCount])).toEqual([
      ['seen', 2],
      ['new', 1],
      [undefined, 0],
    ]);
  });

  it('answer for each entry of a batch, and pass attributes on', async () => {
    const { client, makeQueue } = await serve();
    const QueueUrl = await makeQueue('batch');
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'k' } };
    const sent = await client.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'good', MessageBody: 'g', MessageAttributes },
          { Id: 'late', MessageBody: 'l', DelaySeconds: 901 },
        ],
      }),
    );
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['good']);
    expect(sent.Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([['late', 'InvalidParameterValue']]);
    const { Messages } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] }),
    );
    expect(Messages?.[0]?.MessageAttributes).toEqual(MessageAttributes);
    // Lengths in four bytes, 1 for a string (developer guide, "Calculating the MD5 message digest").
    const digest = createHash('md5').update('\0\0\0\x04kind\0\0\0\x06String\x01\0\0\0\x01k').digest('hex');
    expect(Messages?.[0]?.MD5OfMessageAttributes).toBe(digest);
    expect(sent.Successful?.[0]?.MD5OfMessageAttributes).toBe(digest);
    await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [{ Id: '0', ReceiptHandle: Messages?.[0]?.ReceiptHandle }],
      }),
    );
    await client.send(new PurgeQueueCommand({ QueueUrl }));
    expect(await count(client, QueueUrl)).toEqual({ ready: 0, delayed: 0, inFlight: 0 });
  });

  it('refuse what SQS refuses', async () => {
    const { client, makeQueue } = await serve();
    const QueueUrl = await makeQueue('strict');
    const send = (input: object) =>
      client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', ...input }));
    await expect(send({ DelaySeconds: 901 })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(send({ MessageBody: 'a\u0000b' })).rejects.toMatchObject({ name: 'InvalidMessageContents' });
    const attribute = (StringValue: string) => ({
      MessageAttributes: { reason: { DataType: 'String', StringValue } },
    });
    await expect(send(attribute('a\u0000b'))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(send(attribute('x'.repeat(1_048_577)))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    await expect(send({ MessageBody: 'x'.repeat(1_048_577) })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    await expect(client.send(new GetQueueUrlCommand({ QueueName: 'none' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
    const Entries = Array.from({ length: 11 }, (_, id) => ({ Id: String(id), MessageBody: 'x' }));
    await expect(client.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject({
      name: 'TooManyEntriesInBatchRequest',
    });
  });

  it('are served on another port if the old one is taken', async () => {
    const other = createServer();
    const port = Number(new URL(await listen(other, 0)).port);
    stops.push(() => close(other));
    await expect(listen(createServer(), port)).rejects.toMatchObject({ code: 'port_in_use' });
  });
});

async function count(client: SQSClient, QueueUrl: string) {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
  );
  return {
    ready: Number(Attributes.ApproximateNumberOfMessages),
    delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
  };
}
