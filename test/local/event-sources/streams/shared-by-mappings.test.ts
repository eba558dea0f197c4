import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startEventSources } from '../../../../lib/local/event-sources/provide-event-sources.ts';
import { openState, type State } from '../../../../lib/local/storage/state.ts';
import { HONOURED_PROPERTIES } from '../../../../lib/local/template/properties.ts';
import type { Stack } from '../../../../lib/local/template/stack-resources.ts';
import { eventually } from '../../../support/eventually.ts';
import { standInPool } from '../../functions/stand-in-pool.ts';

let directory: string;
let state: State;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidings-mappings-'));
  state = openState(directory);
});
afterEach(() => {
  state.close();
  rmSync(directory, { recursive: true });
});

const mappingOf = (name: string) => ({
  logicalId: `${name}Mapping`,
  properties: HONOURED_PROPERTIES['AWS::Lambda::EventSourceMapping'].parse({
    EventSourceArn: 'arn:stream',
    FunctionName: name,
    StartingPosition: 'TRIM_HORIZON',
  }),
});

/** A table with a stream that two functions read. */
const STACK = {
  ofType: (type: string) =>
    ({
      'AWS::DynamoDB::Table': [
        { logicalId: 'Table', physical: { attributes: { StreamArn: 'arn:stream' } }, properties: {} },
      ],
      'AWS::Lambda::EventSourceMapping': ['relay', 'count'].map(mappingOf),
    })[type] ?? [],
} as unknown as Stack;

it('the mappings of a stream share its readings', async () => {
  const asked: string[] = [];
  const got: Record<string, number> = { relay: 0, count: 0 };
  const answers: Record<string, (input: Record<string, string>) => unknown> = {
    DescribeStream: () => ({ StreamDescription: { Shards: [{ ShardId: 's' }] } }),
    GetShardIterator: () => ({ ShardIterator: 'first' }),
    GetRecords: ({ ShardIterator = '' }) => {
      asked.push(ShardIterator);
      const records = [1, 2, 3].map((number) => ({ dynamodb: { SequenceNumber: String(number) } }));
      // The shard ends, so it is read as often as it is asked for, and no more.
      return { Records: ShardIterator === 'first' ? records : [] };
    },
  };
  const sources = startEventSources({
    stack: STACK,
    functions: {
      pools: [],
      find: (name) =>
        standInPool(async (event) => {
          got[name] = (got[name] ?? 0) + (event as { Records: readonly unknown[] }).Records.length;
        }),
      findAsync: () => undefined,
      stopRetries: () => {},
      stop: async () => {},
    },
    state,
    sqs: () => Promise.reject(new Error('no queue')),
    pollingSqs: () => () => Promise.reject(new Error('no queue')),
    waitSeconds: 0,
    workers: 1,
    streams: async <Output>(operation: string, input: unknown) =>
      answers[operation]?.(input as Record<string, string>) as Output,
    changes: undefined,
    streamArns: new Map([['Table', 'real-arn']]),
    log: () => {},
  });
  await eventually(
    () => ({ ...got }),
    (seen) => expect(seen).toEqual({ relay: 3, count: 3 }),
  );
  await Promise.all(sources.map((source) => source.stop()));
  expect(asked).toEqual(['first']);
});
