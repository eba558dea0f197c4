import { describe, expect, it } from 'vitest';
import type { Checkpoints } from '../../../../lib/local/event-sources/checkpoints.ts';
import type { StreamRecord } from '../../../../lib/local/event-sources/streams/stream-batch.ts';
import { eventually } from '../../../support/eventually.ts';
import { followStream, readerOf, type StreamAnswers } from './followed-stream.ts';

interface WindowEvent {
  readonly Records: readonly StreamRecord[];
  readonly window: { readonly start: string; readonly end: string };
  readonly state: object;
  readonly shardId: string;
  readonly eventSourceARN: string;
  readonly isFinalInvokeForWindow: boolean;
  readonly isWindowTerminatedEarly: boolean;
}

/** A shard that has ended, with a record at each of these seconds since 1970. */
function follow(seconds: readonly number[], handle: (event: WindowEvent, call: number) => unknown) {
  const events: WindowEvent[] = [];
  let isFinished = false;
  let saved: string | undefined;
  const checkpoints: Checkpoints = {
    read: () => ({ sequenceNumber: saved, isFinished }),
    save: (_shard, number) => {
      saved = number;
    },
    finish: () => {
      isFinished = true;
    },
  };
  const records = seconds.map((second, index) => ({
    eventID: String(index),
    dynamodb: { SequenceNumber: String(index + 1), ApproximateCreationDateTime: second },
  }));
  const answers: StreamAnswers = {
    DescribeStream: () => ({ StreamDescription: { Shards: [{ ShardId: 'shard-7' }] } }),
    GetShardIterator: () => ({ ShardIterator: 'start' }),
    GetRecords: () => ({ Records: records }),
  };
  const source = followStream({
    stream: readerOf(answers),
    checkpoints,
    properties: { TumblingWindowInSeconds: 60, BatchSize: 2 },
    invoke: async (event) => {
      events.push(event as WindowEvent);
      return handle(event as WindowEvent, events.length);
    },
  });
  const ended = async () => {
    await eventually(
      () => isFinished,
      (seen) => expect(seen).toBe(true),
    );
    await source.stop();
    return events;
  };
  return { ended };
}

const shown = ({ Records, window, isFinalInvokeForWindow }: WindowEvent) => [
  Records.map(({ dynamodb }) => Number(dynamodb.SequenceNumber)),
  window.start.slice(11),
  isFinalInvokeForWindow ? 'final' : 'batch',
];

describe('a function with a tumbling window', () => {
  it('gets batches of one window, and a last event for each, which names the shard', async () => {
    const { ended } = follow([0, 10, 20, 61, 62, 200], () => ({ state: {} }));
    const events = await ended();
    expect(events.map(shown)).toEqual([
      [[1, 2], '00:00:00Z', 'batch'],
      [[3], '00:00:00Z', 'batch'],
      [[], '00:00:00Z', 'final'],
      [[4, 5], '00:01:00Z', 'batch'],
      [[], '00:01:00Z', 'final'],
      [[6], '00:03:00Z', 'batch'],
      [[], '00:03:00Z', 'final'],
    ]);
    for (const { shardId, eventSourceARN, isWindowTerminatedEarly } of events) {
      expect([shardId, eventSourceARN, isWindowTerminatedEarly]).toEqual(['shard-7', 'arn', false]);
    }
    expect(events[0]?.window).toEqual({ start: '1970-01-01T00:00:00Z', end: '1970-01-01T00:01:00Z' });
  });

  it('gets back its state until the window ends', async () => {
    const { ended } = follow([0, 10, 20, 61], ({ state }, call) => ({
      state: { calls: [...((state as { calls?: number[] }).calls ?? []), call] },
    }));
    expect((await ended()).map(({ state }) => state)).toEqual([
      {},
      { calls: [1] },
      { calls: [1, 2] },
      {},
      { calls: [4] },
    ]);
  });

  it('has failed if it answers without a state, at the end of a window too', async () => {
    const { ended } = follow([0, 61], (_event, call) => (call % 2 === 0 ? { state: {} } : undefined));
    expect((await ended()).map(shown)).toEqual([
      [[1], '00:00:00Z', 'batch'],
      [[1], '00:00:00Z', 'batch'],
      [[], '00:00:00Z', 'final'],
      [[], '00:00:00Z', 'final'],
      [[2], '00:01:00Z', 'batch'],
      [[2], '00:01:00Z', 'batch'],
      [[], '00:01:00Z', 'final'],
      [[], '00:01:00Z', 'final'],
    ]);
  });
});
