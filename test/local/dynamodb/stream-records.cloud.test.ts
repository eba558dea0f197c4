import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Agent } from 'undici';
import { afterEach, expect, it, vi } from 'vitest';
import { awsClient } from '../../../lib/local/aws/aws-client.ts';
import { type DynamoDbServer, startDynamoDb } from '../../../lib/local/dynamodb/dynamodb-server.ts';
import {
  NEWEST,
  startTrimming,
  TRIM,
  trimStreamRecords,
} from '../../../lib/local/dynamodb/stream-records.ts';

const TABLE = 'orders';
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function start() {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidings-stream-'));
  mkdirSync(dataDir, { recursive: true });
  const server: DynamoDbServer = await startDynamoDb(dataDir, () => {});
  stops.push(server.stop);
  const connections = new Agent();
  stops.push(() => connections.destroy());
  const table = awsClient('dynamodb', server.endpoint, { connections });
  const streams = awsClient('streams', server.endpoint, { connections });
  const created = await table<{ TableDescription: { LatestStreamArn: string } }>('CreateTable', {
    TableName: TABLE,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  });
  const streamArn = created.TableDescription.LatestStreamArn;
  const put = async (name: string) => {
    await table('PutItem', { TableName: TABLE, Item: { pk: { S: name } } });
  };
  /** The names in the stream after a sequence number, with their own numbers. */
  const read = async (after?: string) => {
    const { StreamDescription } = await streams<{
      StreamDescription: { Shards: readonly { ShardId: string }[] };
    }>('DescribeStream', { StreamArn: streamArn });
    const { ShardIterator } = await streams<{ ShardIterator: string }>('GetShardIterator', {
      StreamArn: streamArn,
      ShardId: StreamDescription.Shards[0]?.ShardId,
      ...(after === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after }),
    });
    const { Records } = await streams<{
      Records: readonly { dynamodb: { Keys: { pk: { S: string } }; SequenceNumber: string } }[];
    }>('GetRecords', { ShardIterator });
    return Records.map(({ dynamodb }) => ({ name: dynamodb.Keys.pk.S, number: dynamodb.SequenceNumber }));
  };
  return { databasePath: server.databasePath, put, read };
}

function inDatabase<Result>(databasePath: string, use: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(databasePath, { timeout: 5_000 });
  try {
    return use(database);
  } finally {
    database.close();
  }
}

it('finds the highest sequence number by an index, so that a write costs the same however many went before', async () => {
  const { databasePath } = await start();
  const plan = inDatabase(databasePath, (database) =>
    database
      .prepare(
        `EXPLAIN QUERY PLAN SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1
           FROM _stream_records WHERE table_name = ?`,
      )
      .all(TABLE)
      .map(({ detail }) => String(detail)),
  );
  expect(plan).toEqual([expect.stringContaining('SEARCH')]);
  expect(plan).toEqual([expect.stringContaining('tidings_stream_order')]);
});

it('finds the records to delete by the index, so that a pass costs the same however many stay', async () => {
  const { databasePath } = await start();
  for (const statement of [NEWEST, TRIM]) {
    const plan = inDatabase(databasePath, (database) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${statement}`)
        .all()
        .map(({ detail }) => String(detail)),
    );
    expect(plan.filter((step) => step.includes('tidings_stream_order'))).not.toEqual([]);
    expect(plan.filter((step) => /SCAN (_stream_records|record)/.test(step))).toEqual([]);
  }
});

it('deletes what all readers have passed, and nothing that one has not', async () => {
  const { databasePath, put, read } = await start();
  for (const name of ['a', 'b', 'c', 'd']) await put(name);
  const before = await read();
  const passed = BigInt(before[1]?.number ?? 0);
  expect(trimStreamRecords({ databasePath, passedByAll: () => passed, log: () => {} })).toBe(2);
  expect(await read()).toEqual(before.slice(2));
  expect(trimStreamRecords({ databasePath, passedByAll: () => undefined, log: () => {} })).toBe(0);
});

it('counts on where it was, after everything has been passed', async () => {
  const { databasePath, put, read } = await start();
  for (const name of ['a', 'b', 'c']) await put(name);
  const last = (await read()).at(-1)?.number ?? '';
  trimStreamRecords({ databasePath, passedByAll: () => BigInt(last), log: () => {} });
  await put('d');
  expect(await read(last)).toEqual([{ name: 'd', number: String(BigInt(last) + 1n) }]);
});

it('deletes what is older than 24 hours, also where a reader has not passed it', async () => {
  const { databasePath, put, read } = await start();
  for (const name of ['a', 'b', 'c']) await put(name);
  inDatabase(databasePath, (database) =>
    database.exec('UPDATE _stream_records SET created_at = created_at - 86500 WHERE id < 3'),
  );
  expect(trimStreamRecords({ databasePath, passedByAll: () => undefined, log: () => {} })).toBe(2);
  expect((await read()).map(({ name }) => name)).toEqual(['c']);
});

/** Adds copies of the first record, with the numbers that follow. */
function addRecords(databasePath: string, count: number): void {
  inDatabase(databasePath, (database) =>
    database
      .prepare(
        `WITH RECURSIVE serial(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM serial WHERE n <= ?)
         INSERT INTO _stream_records (table_name, event_name, keys_json, new_image, sequence_number, shard_id, created_at)
         SELECT table_name, event_name, keys_json, new_image, CAST(n AS TEXT), shard_id, created_at FROM serial, _stream_records`,
      )
      .run(count),
  );
}

const countRecords = (databasePath: string) =>
  inDatabase(
    databasePath,
    (database) => database.prepare('SELECT COUNT(*) AS count FROM _stream_records').get()?.count,
  );

it('deletes a bounded number in one pass, and goes on after a second while there are more', async () => {
  const { databasePath, put } = await start();
  await put('a');
  addRecords(databasePath, 4_500);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const trimming = startTrimming({ databasePath, passedByAll: () => 10_000n, log: () => {} });
  try {
    vi.advanceTimersByTime(9_999);
    expect(countRecords(databasePath)).toBe(4_501);
    vi.advanceTimersByTime(1);
    expect(countRecords(databasePath)).toBe(2_501);
    vi.advanceTimersByTime(1_000);
    expect(countRecords(databasePath)).toBe(501);
    vi.advanceTimersByTime(1_000);
    expect(countRecords(databasePath)).toBe(1);
    addRecords(databasePath, 5);
    vi.advanceTimersByTime(9_999);
    expect(countRecords(databasePath)).toBe(6);
    vi.advanceTimersByTime(1);
    expect(countRecords(databasePath)).toBe(1);
  } finally {
    trimming.stop();
    vi.useRealTimers();
  }
});

it('keeps the records of another shard until they are too old', async () => {
  const { databasePath, put, read } = await start();
  for (const name of ['a', 'b', 'c']) await put(name);
  inDatabase(databasePath, (database) =>
    database.exec("UPDATE _stream_records SET shard_id = 'closed' WHERE id < 3"),
  );
  const trim = () => trimStreamRecords({ databasePath, passedByAll: () => 100n, log: () => {} });
  expect(trim()).toBe(0);
  inDatabase(databasePath, (database) =>
    database.exec('UPDATE _stream_records SET created_at = created_at - 86500 WHERE id < 3'),
  );
  expect(trim()).toBe(2);
  expect((await read()).map(({ name }) => name)).toEqual(['c']);
});
