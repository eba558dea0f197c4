import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import {
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { close, listen } from '../../../lib/local/aws/listen.ts';
import { eventually } from '../../support/eventually.ts';
import { bodies, count, useQueues } from './served-queues.ts';

const messageOf = (body: string) => ({
  body,
  attributes: {},
  groupId: undefined,
  traceHeader: undefined,
  delaySeconds: undefined,
});

describe('queues', () => {
  const { serve, stopLater } = useQueues();

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

  it('keep nothing of a batch that could not be stored, and everything that was sent after it', async () => {
    const before = await serve();
    const QueueUrl = await before.makeQueue('full');
    const send = (body: string) => before.store.send('full', [messageOf(body)]);
    const unstored = () =>
      before.store.together(() => {
        send('unstored');
        throw new Error('database or disk is full');
      });
    expect(unstored).toThrow('disk is full');
    send('stored');
    const received = before.store.take('full', 1);
    expect(received.map(({ body }) => body)).toEqual(['stored']);
    const undeleted = () =>
      before.store.together(() => {
        before.store.delete('full', received[0]?.receipt ?? '');
        throw new Error('database or disk is full');
      });
    expect(undeleted).toThrow('disk is full');
    expect(await count(before.client, QueueUrl)).toEqual({ ready: 0, delayed: 0, inFlight: 1 });
    await before.stop();

    const { store } = await serve();
    expect(store.list('full').map(({ body }) => body)).toEqual(['stored']);
  });

  it('hand out a message later whose receiving could not be stored', async () => {
    const { makeQueue, state, store } = await serve();
    await makeQueue('dead');
    const policy = { deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead', maxReceiveCount: 1 };
    await makeQueue('full', { VisibilityTimeout: '0', RedrivePolicy: JSON.stringify(policy) });
    store.send('full', [messageOf('one')]);
    const whileFull = (take: () => unknown) => {
      state.database.exec('PRAGMA query_only = ON');
      expect(take).toThrow();
      state.database.exec('PRAGMA query_only = OFF');
    };
    expect(store.take('full', 1)).toHaveLength(1);
    whileFull(() => store.take('full', 1));
    expect(store.take('full', 1)).toEqual([]);
    whileFull(() => store.take('dead', 1, 0));
    await eventually(
      () => store.take('dead', 1, 0).map(({ body }) => body),
      (received) => expect(received).toEqual(['one']),
    );
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
    stopLater(() => close(other));
    await expect(listen(createServer(), port)).rejects.toMatchObject({ code: 'port_in_use' });
  });
});
