import { expect, it } from 'vitest';
import type { ChangeSignal } from '../../../lib/local/change-signal.ts';
import { startStreamSource } from '../../../lib/local/event-sources/stream-source.ts';
import { HONOURED_PROPERTIES } from '../../../lib/local/template/properties.ts';
import { eventually } from '../../support/eventually.ts';

it('reads a stream when a write to its table is announced', async () => {
  const written: { eventID: string; dynamodb: { SequenceNumber: string } }[] = [];
  const handled: unknown[] = [];
  // Without an end of its own: only an announcement ends the wait.
  let wake: (() => void) | undefined;
  const changes: ChangeSignal = {
    count: 0,
    announce: () => wake?.(),
    after: (_count, _milliseconds, stopping) =>
      new Promise((resolve) => {
        wake = resolve;
        if (stopping.aborted) resolve();
        else stopping.addEventListener('abort', () => resolve());
      }),
  };
  const answers: Record<string, (input: Record<string, string>) => unknown> = {
    DescribeStream: () => ({ StreamDescription: { Shards: [{ ShardId: 's' }] } }),
    GetShardIterator: () => ({ ShardIterator: '0' }),
    GetRecords: ({ ShardIterator }) => ({
      Records: written.slice(Number(ShardIterator)),
      NextShardIterator: String(written.length),
    }),
  };
  const source = startStreamSource({
    logicalId: 'Mapping',
    properties: HONOURED_PROPERTIES['AWS::Lambda::EventSourceMapping'].parse({
      EventSourceArn: 'arn',
      FunctionName: 'target',
      StartingPosition: 'TRIM_HORIZON',
    }),
    target: {
      logicalId: 'Target',
      name: 'target',
      arn: 'arn:target',
      mayRecurse: false,
      size: 1,
      running: 0,
      room: async () => {},
      invoke: async (event) => handled.push(event),
      stop: async () => {},
    },
    log: () => {},
    streams: async <Output>(operation: string, input: unknown) =>
      answers[operation]?.(input as Record<string, string>) as Output,
    changes,
    streamArn: 'real-arn',
    eventSourceArn: 'arn',
    checkpoints: { read: () => undefined, save: () => {}, finish: () => {} },
    discard: async () => {},
  });
  await eventually(
    () => wake !== undefined,
    (isWaiting) => expect(isWaiting).toBe(true),
  );
  written.push({ eventID: '1', dynamodb: { SequenceNumber: '1' } });
  expect(handled).toEqual([]);
  changes.announce();
  await eventually(
    () => handled.length,
    (count) => expect(count).toBe(1),
  );
  await source.stop();
});
