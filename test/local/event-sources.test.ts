import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { readBatchResult } from '../../lib/local/event-sources/batch-result.ts';
import type { Checkpoints } from '../../lib/local/event-sources/checkpoints.ts';
import { compilePattern } from '../../lib/local/event-sources/pattern.ts';
import type { StreamRecord } from '../../lib/local/event-sources/stream-batch.ts';
import { startStreamSource } from '../../lib/local/event-sources/stream-source.ts';
import type { FunctionPool } from '../../lib/local/functions/pool.ts';
import type { JsonObject } from '../../lib/local/template/json-object.ts';
import { HONOURED_PROPERTIES } from '../../lib/local/template/properties.ts';
import { eventually } from '../support/eventually.ts';
import { comesBackSoon, resourceOf, useLocalCloud } from './fixture/harness.ts';

const fixture = await useLocalCloud();

/** With one instance that has started already: only then is the visibility time-out longer than its work on any machine. */
async function startWarm() {
  const started = await fixture.start({ assemblyDir: fixture.assembly(comesBackSoon), workers: 1 });
  await fetch(`${started.cloud.apiUrl}/things/warm`, { method: 'PUT', body: '{}' });
  await eventually(
    () => started.result('warm'),
    (seen) => expect(seen).toBeDefined(),
  );
  return started;
}

describe('a queue as event source', () => {
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
});

describe('two queues as event sources of one function', () => {
  it('each have instances of their own: what is slow in one holds up nothing in the other', async () => {
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
    expect(lines.some(({ line }) => line.includes('1 records are given up after 2 attempts'))).toBe(true);
  });
});

describe('reading a shard', () => {
  const record = (number: number): StreamRecord => ({
    eventID: String(number),
    dynamodb: { SequenceNumber: String(number) },
  });
  const numbersOf = (event: unknown) =>
    (event as { Records: StreamRecord[] }).Records.map(({ dynamodb }) => Number(dynamodb.SequenceNumber));

  /** A stream of one open shard with five records, read by a function that answers as told. */
  function follow(
    properties: object,
    handle: (numbers: readonly number[], call: number) => unknown,
    start?: string,
  ) {
    const calls: number[][] = [];
    const saved: (string | undefined)[] = start === undefined ? [] : [start];
    const checkpoints: Checkpoints = {
      read: () => (saved.length === 0 ? undefined : { sequenceNumber: saved.at(-1), isFinished: false }),
      save: (_shard, number) => saved.push(number),
      finish: () => {},
    };
    const target: FunctionPool = {
      logicalId: 'Target',
      name: 'target',
      size: 1,
      running: 0,
      invoke: async (event) => {
        calls.push(numbersOf(event));
        return handle(numbersOf(event), calls.length);
      },
      stop: async () => {},
    };
    const answers: Record<string, (input: Record<string, string>) => unknown> = {
      DescribeStream: () => ({
        StreamDescription: { Shards: [{ ShardId: 's' }] },
      }),
      GetShardIterator: ({ ShardIteratorType, SequenceNumber }) => ({
        ShardIterator: ShardIteratorType === 'TRIM_HORIZON' ? '0' : SequenceNumber,
      }),
      GetRecords: ({ ShardIterator }) => ({
        Records: [1, 2, 3, 4, 5].filter((number) => number > Number(ShardIterator)).map(record),
        NextShardIterator: '5',
      }),
    };
    const source = startStreamSource({
      logicalId: 'Mapping',
      properties: HONOURED_PROPERTIES['AWS::Lambda::EventSourceMapping'].parse({
        EventSourceArn: 'arn',
        FunctionName: 'target',
        StartingPosition: 'TRIM_HORIZON',
        ...properties,
      }),
      target,
      log: () => {},
      streams: async <Output>(operation: string, input: unknown) =>
        answers[operation]?.(input as Record<string, string>) as Output,
      streamArn: 'real-arn',
      eventSourceArn: 'arn',
      checkpoints,
      discard: async () => {},
    });
    return { calls, saved, source };
  }

  it('moves the checkpoint only after success, batch by batch', async () => {
    const checkpointAtCall: (string | undefined)[] = [];
    const { calls, saved, source } = follow({ BatchSize: 2 }, () => {
      checkpointAtCall.push(saved.at(-1));
    });
    await eventually(
      () => saved.at(-1),
      (seen) => expect(seen).toBe('5'),
    );
    await source.stop();
    expect(calls).toEqual([[1, 2], [3, 4], [5]]);
    expect(checkpointAtCall).toEqual([undefined, '2', '4']);
  });

  it('repeats a failing batch until it succeeds, and lets nothing overtake it', async () => {
    const { calls, saved, source } = follow({ BatchSize: 3 }, (_numbers, call) => {
      if (call <= 2) throw new Error('not yet');
    });
    await eventually(
      () => saved.at(-1),
      (seen) => expect(seen).toBe('5'),
    );
    await source.stop();
    expect(calls).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
      [4, 5],
    ]);
  });

  it('begins again at the first failure that the function reports', async () => {
    const { calls, saved, source } = follow(
      { FunctionResponseTypes: ['ReportBatchItemFailures'] },
      (_numbers, call) =>
        call === 1 ? { batchItemFailures: [{ itemIdentifier: '4' }, { itemIdentifier: '3' }] } : {},
    );
    await eventually(
      () => saved.at(-1),
      (seen) => expect(seen).toBe('5'),
    );
    await source.stop();
    expect(calls).toEqual([
      [1, 2, 3, 4, 5],
      [3, 4, 5],
    ]);
    expect(saved).toContain('2');
  });

  it('goes on behind the checkpoint of an earlier run', async () => {
    const { calls, saved, source } = follow({}, () => {}, '3');
    await eventually(
      () => saved.at(-1),
      (seen) => expect(seen).toBe('5'),
    );
    await source.stop();
    expect(calls).toEqual([[4, 5]]);
  });

  it('fixes LATEST when it first runs', async () => {
    const { calls, saved, source } = follow({ StartingPosition: 'LATEST' }, () => {});
    await eventually(
      () => saved,
      (seen) => expect(seen).toEqual(['5']),
    );
    await source.stop();
    expect(calls).toEqual([]);
  });

  it('passes over records that no filter wants, and remembers that', async () => {
    const { calls, saved, source } = follow(
      { FilterCriteria: { Filters: [{ Pattern: '{"eventID":["2"]}' }, { Pattern: '{"eventID":["4"]}' }] } },
      () => {},
    );
    await eventually(
      () => saved.at(-1),
      (seen) => expect(seen).toBe('5'),
    );
    await source.stop();
    expect(calls).toEqual([[2, 4]]);
  });

  it('gives a batch up after its retries, and goes on', async () => {
    const { calls, saved, source } = follow({ BatchSize: 3, MaximumRetryAttempts: 1 }, (numbers) => {
      if (numbers.includes(2)) throw new Error('never');
    });
    await eventually(
      () => saved.at(-1),
      (seen) => expect(seen).toBe('5'),
    );
    await source.stop();
    expect(calls).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [4, 5],
    ]);
  });
});

describe('a batch result', () => {
  const identifiers = new Set(['a', 'b']);
  it.each<[unknown, string]>([
    [null, 'success'],
    [undefined, 'success'],
    [{}, 'success'],
    [{ batchItemFailures: null }, 'success'],
    [{ batchItemFailures: [] }, 'success'],
    [{ batchItemFailures: [{ itemIdentifier: 'a' }] }, 'partial'],
    [{ batchItemFailures: [{ itemIdentifier: '' }] }, 'malformed'],
    [{ batchItemFailures: [{ itemIdentifier: null }] }, 'malformed'],
    [{ batchItemFailures: [{ id: 'a' }] }, 'malformed'],
    [{ batchItemFailures: [{ itemIdentifier: 'stranger' }] }, 'malformed'],
    [{ batchItemFailures: 'a' }, 'malformed'],
    ['done', 'malformed'],
  ])('%j is %s', (answer, kind) => {
    expect(readBatchResult(answer, identifiers).kind).toBe(kind);
  });
});

describe('a pattern', () => {
  const event = { a: 'text', n: 5, list: ['x', 'y'], deep: { N: '12', gone: null, flag: true } };
  it.each<[JsonObject, boolean]>([
    [{ a: ['text'] }, true],
    [{ a: ['other', 'text'] }, true],
    [{ a: ['other'] }, false],
    [{ a: ['text'], n: [6] }, false],
    [{ list: ['y'] }, true],
    [{ list: ['z'] }, false],
    [{ a: [{ prefix: 'te' }] }, true],
    [{ a: [{ prefix: 'xt' }] }, false],
    [{ a: [{ suffix: 'xt' }] }, true],
    [{ a: [{ 'equals-ignore-case': 'TEXT' }] }, true],
    [{ a: [{ exists: true }] }, true],
    [{ b: [{ exists: true }] }, false],
    [{ b: [{ exists: false }] }, true],
    [{ deep: { gone: [{ exists: true }] } }, true],
    [{ deep: [{ exists: true }] }, false],
    [{ a: [{ 'anything-but': 'text' }] }, false],
    [{ a: [{ 'anything-but': ['other'] }] }, true],
    [{ a: [{ 'anything-but': { prefix: 'te' } }] }, false],
    [{ b: [{ 'anything-but': 'text' }] }, false],
    [{ n: [{ numeric: ['>', 4, '<=', 5] }] }, true],
    [{ n: [{ numeric: ['<', 5] }] }, false],
    [{ deep: { N: [{ numeric: ['=', 12] }] } }, true],
    [{ a: [{ numeric: ['>', 0] }] }, false],
    [{ deep: { gone: [null], flag: [true] } }, true],
    [{ $or: [{ a: ['no'] }, { n: [5] }] }, true],
    [{ $or: [{ a: ['no'] }, { n: [6] }] }, false],
    [{ a: { b: ['text'] } }, false],
  ])('%j: %s', (pattern, expected) => {
    expect(compilePattern(pattern, 'Test')(event)).toBe(expected);
  });
});
