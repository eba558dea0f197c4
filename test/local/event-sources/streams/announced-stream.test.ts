import { expect, it } from 'vitest';
import { type ChangeSignal, createChangeSignal } from '../../../../lib/local/change-signal.ts';
import { openStreamReader } from '../../../../lib/local/event-sources/streams/stream-reader.ts';
import { startStreamSource } from '../../../../lib/local/event-sources/streams/stream-source.ts';
import { HONOURED_PROPERTIES } from '../../../../lib/local/template/properties.ts';
import { eventually } from '../../../support/eventually.ts';

interface Written {
  readonly eventID: string;
  readonly dynamodb: { readonly SequenceNumber: string };
}

/** A source that reads `written`, and when each of its reads began. */
function readWritten(
  written: readonly Written[],
  changes: ChangeSignal,
  handle: (records: readonly Written[]) => void,
) {
  const reads: number[] = [];
  const answers: Record<string, (input: Record<string, string>) => unknown> = {
    DescribeStream: () => ({ StreamDescription: { Shards: [{ ShardId: 's' }] } }),
    GetShardIterator: () => ({ ShardIterator: '0' }),
    GetRecords: ({ ShardIterator }) => {
      reads.push(performance.now());
      return { Records: written.slice(Number(ShardIterator)), NextShardIterator: String(written.length) };
    },
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
      invoke: async (event) => handle((event as { Records: readonly Written[] }).Records),
      stop: async () => {},
    },
    log: () => {},
    stream: openStreamReader({
      streams: async <Output>(operation: string, input: unknown) =>
        answers[operation]?.(input as Record<string, string>) as Output,
      streamArn: 'real-arn',
      changes,
    }),
    eventSourceArn: 'arn',
    checkpoints: { read: () => undefined, save: () => {}, finish: () => {} },
    discard: async () => {},
  });
  return { source, reads };
}

const record = (number: number): Written => ({
  eventID: String(number),
  dynamodb: { SequenceNumber: String(number) },
});

it('reads a stream when a write to its table is announced', async () => {
  const written: Written[] = [];
  let handled = 0;
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
  const { source } = readWritten(written, changes, () => {
    handled += 1;
  });
  await eventually(
    () => wake !== undefined,
    (isWaiting) => expect(isWaiting).toBe(true),
  );
  written.push(record(1));
  expect(handled).toBe(0);
  changes.announce();
  await eventually(
    () => handled,
    (count) => expect(count).toBe(1),
  );
  await source.stop();
});

it('waits longer before it reads on where a read found several records, so that more gather', async () => {
  const written = [record(1), record(2)];
  const changes = createChangeSignal();
  let handled = 0;
  const { source, reads } = readWritten(written, changes, (records) => {
    handled += records.length;
    if (handled >= 6) return;
    // What is written while a batch is processed is announced at once.
    written.push(record(written.length + 1), record(written.length + 2));
    changes.announce();
  });
  await eventually(
    () => handled,
    (count) => expect(count).toBe(6),
  );
  await source.stop();
  const gaps = reads.slice(1, 3).map((at, index) => at - (reads[index] ?? at));
  // A timer may be a few milliseconds early. A slow machine makes the gaps longer only.
  for (const gap of gaps) expect(gap).toBeGreaterThan(80);
});
