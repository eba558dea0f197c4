import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { bodies, count, useQueues } from './served-queues.ts';

describe('queues', () => {
  const { serve } = useQueues();

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
});
