import { describe, expect, it } from 'vitest';
import type { Checkpoints } from '../../../../lib/local/event-sources/checkpoints.ts';
import type { StreamRecord } from '../../../../lib/local/event-sources/streams/stream-batch.ts';
import type { StreamReader } from '../../../../lib/local/event-sources/streams/stream-reader.ts';
import { eventually } from '../../../support/eventually.ts';
import { followStream, readerOf, type StreamAnswers } from './followed-stream.ts';

describe('reading a shard', () => {
  const record = (number: number): StreamRecord => ({
    eventID: String(number),
    dynamodb: { SequenceNumber: String(number) },
  });
  const numbersOf = (event: unknown) =>
    (event as { Records: StreamRecord[] }).Records.map(({ dynamodb }) => Number(dynamodb.SequenceNumber));

  /** A stream of one open shard with five records, and the iterators with which it was read. */
  function openStream() {
    const read: string[] = [];
    const answers: StreamAnswers = {
      DescribeStream: () => ({
        StreamDescription: { Shards: [{ ShardId: 's' }] },
      }),
      GetShardIterator: ({ ShardIteratorType, SequenceNumber }) => ({
        ShardIterator: ShardIteratorType === 'TRIM_HORIZON' ? '0' : SequenceNumber,
      }),
      GetRecords: ({ ShardIterator = '' }) => {
        read.push(ShardIterator);
        return {
          Records: [1, 2, 3, 4, 5].filter((number) => number > Number(ShardIterator)).map(record),
          NextShardIterator: '5',
        };
      },
    };
    return { reader: readerOf(answers), read };
  }

  /** Such a stream, read by a function that answers as told. */
  function follow(
    properties: object,
    handle: (numbers: readonly number[], call: number) => unknown,
    { start, stream = openStream().reader }: { start?: string; stream?: StreamReader } = {},
  ) {
    const calls: number[][] = [];
    const saved: (string | undefined)[] = start === undefined ? [] : [start];
    const checkpoints: Checkpoints = {
      read: () => (saved.length === 0 ? undefined : { sequenceNumber: saved.at(-1), isFinished: false }),
      save: (_shard, number) => saved.push(number),
      finish: () => {},
    };
    const source = followStream({
      stream,
      checkpoints,
      properties,
      invoke: async (event) => {
        calls.push(numbersOf(event));
        return handle(numbersOf(event), calls.length);
      },
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
    const { calls, saved, source } = follow({}, () => {}, { start: '3' });
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

  it('is done once for two functions, each with its own filter and checkpoint, also while one of them fails', async () => {
    const { reader, read } = openStream();
    let isFailing = true;
    const failing = follow(
      { FilterCriteria: { Filters: [{ Pattern: '{"eventID":["2"]}' }] } },
      () => {
        if (isFailing) throw new Error('not yet');
      },
      { stream: reader },
    );
    const other = follow({ BatchSize: 3 }, () => {}, { stream: reader });
    await eventually(
      () => [other.saved.at(-1), failing.calls.length > 1],
      (seen) => expect(seen).toEqual(['5', true]),
    );
    expect(failing.saved).toEqual([]);
    isFailing = false;
    await eventually(
      () => failing.saved.at(-1),
      (seen) => expect(seen).toBe('5'),
    );
    await Promise.all([failing.source.stop(), other.source.stop()]);
    expect(other.calls).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
    expect(new Set(failing.calls.flat())).toEqual(new Set([2]));
    expect(read.filter((iterator) => iterator === '0')).toEqual(['0']);
  });
});
