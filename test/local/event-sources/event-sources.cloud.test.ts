import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { comesBackSoon, resourceOf, useLocalCloud } from '../fixture/harness.ts';

const fixture = await useLocalCloud({ isForWholeFile: true });

/** With an instance that has started already: only then is the visibility time-out longer than its work on any machine. */
async function startWarm(workers = 1) {
  const started = await fixture.start({ assemblyDir: fixture.assembly(comesBackSoon), workers });
  await fetch(`${started.cloud.apiUrl}/things/warm`, { method: 'PUT', body: '{}' });
  await eventually(
    () => started.result('warm'),
    (seen) => expect(seen).toBeDefined(),
  );
  return started;
}

/** Side by side: each waits until messages are visible again. */
describe.concurrent('a queue as event source', () => {
  it('brings back the failed messages of a batch only, and gives them up to the dead-letter queue', async () => {
    const { cloud, result, sqs } = await startWarm();
    await Promise.all(
      ['good', 'bad'].map((id) =>
        fetch(`${cloud.apiUrl}/things/${id}`, {
          method: 'PUT',
          body: JSON.stringify({ fail: id === 'bad' }),
        }),
      ),
    );
    await eventually(
      () => fixture.counts(sqs, cloud, 'DeadLetters'),
      (seen) => expect(seen).toEqual({ ready: 1, inFlight: 0 }),
    );
    await eventually(
      () => result('bad'),
      (seen) =>
        expect(seen).toMatchObject({
          runs: 2,
          record: { attributes: { ApproximateReceiveCount: '2' } },
        }),
    );
    expect(await result('good')).toMatchObject({ runs: 1 });
    await eventually(
      () => fixture.counts(sqs, cloud, 'Work'),
      (seen) => expect(seen).toEqual({ ready: 0, inFlight: 0 }),
    );
  });

  it('brings back the whole batch after an answer that makes no sense', async () => {
    const { cloud, result, sqs, lines } = await startWarm();
    await fetch(`${cloud.apiUrl}/things/odd`, { method: 'PUT', body: '{"malformed":true}' });
    await eventually(
      () => fixture.counts(sqs, cloud, 'DeadLetters'),
      (seen) => expect(seen).toEqual({ ready: 1, inFlight: 0 }),
    );
    await eventually(
      () => result('odd'),
      (seen) => expect(seen).toMatchObject({ runs: 2 }),
    );
    await eventually(
      () => lines.filter(({ line }) => line.includes('the whole batch failed: itemIdentifier ""')).length,
      (seen) => expect(seen).toBe(2),
    );
  });

  it('brings back all batches that ran in an instance when one of them crashes it', async () => {
    const { cloud, result, sqs } = await startWarm(2);
    const QueueUrl = cloud.resources.find('Work', 'AWS::SQS::Queue').url;
    const send = (body: object) =>
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) }));
    await send({ id: 'beside', waitsFor: 'crashing' });
    await eventually(
      () => fixture.counts(sqs, cloud, 'Work'),
      (seen) => expect(seen).toEqual({ ready: 0, inFlight: 1 }),
    );
    await send({ id: 'crashing', crashes: true });
    for (const id of ['crashing', 'beside']) {
      await eventually(
        () => result(id),
        (seen) =>
          expect(seen).toMatchObject({ runs: 1, record: { attributes: { ApproximateReceiveCount: '2' } } }),
      );
    }
  });
});

describe('two queues as event sources of one function', () => {
  it('each have batches of their own: what is slow in one holds up nothing in the other', async () => {
    const assemblyDir = fixture.assembly((template) => {
      const mapping = resourceOf(template, 'AWS::Lambda::EventSourceMapping', 'Work');
      const inbox = resourceOf(template, 'AWS::SQS::Queue', 'Inbox');
      template.Resources.InboxMapping = {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { ...mapping.properties, EventSourceArn: { 'Fn::GetAtt': [inbox.logicalId, 'Arn'] } },
      };
    });
    const { cloud, result, sqs } = await fixture.start({ assemblyDir, workers: 1 });
    const send = (queue: string, body: object) =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl: cloud.resources.find(queue, 'AWS::SQS::Queue').url,
          MessageBody: JSON.stringify(body),
        }),
      );
    await send('Work', { id: 'slow', waitsFor: 'quick' });
    await eventually(
      () => fixture.counts(sqs, cloud, 'Work'),
      (seen) => expect(seen).toEqual({ ready: 0, inFlight: 1 }),
    );
    await send('Inbox', { id: 'quick' });
    await eventually(
      () => result('quick'),
      (seen) => expect(seen).toMatchObject({ runs: 1 }),
    );
    await eventually(
      () => result('slow'),
      (seen) => expect(seen).toMatchObject({ runs: 1 }),
    );
  });
});

describe('a stream as event source', () => {
  it('splits a failing batch, gives up the one record that fails, and says so to its destination', async () => {
    const assemblyDir = fixture.assembly((template) => {
      const { properties } = resourceOf(template, 'AWS::Lambda::EventSourceMapping', 'Relay');
      // The three come as one batch, however slow the machine is.
      properties.BatchSize = 3;
      properties.MaximumBatchingWindowInSeconds = 300;
      properties.MaximumRetryAttempts = 1;
    });
    const { cloud, result, sqs, lines } = await fixture.start({ assemblyDir });
    const put = (id: string, body: object) =>
      fetch(`${cloud.apiUrl}/things/${id}`, { method: 'PUT', body: JSON.stringify(body) });
    await put('before', {});
    await put('poisoned', { poison: true });
    await put('after', {});
    for (const id of ['before', 'after']) {
      await eventually(
        () => result(id),
        (seen) => expect(seen).toMatchObject({ runs: 1 }),
      );
    }
    const QueueUrl = cloud.resources.find('DeadLetters').url;
    const [letter] = await eventually(
      async () =>
        (await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }))).Messages ?? [],
      (seen) => expect(seen).toHaveLength(1),
    );
    expect(JSON.parse(letter?.Body ?? '{}')).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 },
      DDBStreamBatchInfo: { batchSize: 1, streamArn: cloud.resources.find('Table').attributes.StreamArn },
    });
    expect(await result('poisoned')).toBeUndefined();
    expect(lines.some(({ line }) => line.includes('1 records were discarded after 2 attempts'))).toBe(true);
  });
});
