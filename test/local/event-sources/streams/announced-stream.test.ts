import { expect, it } from 'vitest';
import { type ChangeSignal, createChangeSignal } from '../../../../lib/local/change-signal.ts';
import { eventually } from '../../../support/eventually.ts';
import { followStream, readerOf, type StreamAnswers } from './followed-stream.ts';

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
  const answers: StreamAnswers = {
    DescribeStream: () => ({ StreamDescription: { Shards: [{ ShardId: 's' }] } }),
    GetShardIterator: () => ({ ShardIterator: '0' }),
    GetRecords: ({ ShardIterator }) => {
      reads.push(performance.now());
      return { Records: written.slice(Number(ShardIterator)), NextShardIterator: String(written.length) };
    },
  };
  const source = followStream({
    stream: readerOf(answers, changes),
    checkpoints: { read: () => undefined, save: () => {}, finish: () => {} },
    invoke: async (event) => handle((event as { Records: readonly Written[] }).Records),
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
