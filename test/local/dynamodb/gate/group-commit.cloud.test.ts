import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../support/eventually.ts';
import { type Answer, type GatedTable, startGatedTable, TABLE } from './fixture/gated-table.ts';

const put = (pk: string) => ({ TableName: TABLE, Item: { pk: { S: pk }, sk: { S: 'a' } } });
const putIfAbsent = (pk: string) => ({ ...put(pk), ConditionExpression: 'attribute_not_exists(pk)' });
const DONE: Answer = { statusCode: 200, body: '{}' };
const REFUSED = { statusCode: 400, body: expect.stringContaining('ConditionalCheckFailedException') };

let table: GatedTable;
let passedBefore = 0;

beforeEach(async () => {
  table = await startGatedTable({ isMerging: true });
  // A write joins others only after one like it has succeeded alone.
  await table.ask('PutItem', put('put'));
  await table.ask('PutItem', putIfAbsent('put-if-absent'));
  passedBefore = table.valve.operations.length;
});

afterEach(() => table.stop());

/** The operations that reached the emulator. */
const passed = () => table.valve.operations.slice(passedBefore);

/** Waits until just these operations have reached the emulator. */
async function untilPassed(...operations: readonly string[]): Promise<void> {
  await eventually(passed, (seen) => expect(seen).toEqual(operations));
}

/** Waits until the gate has read so many requests. */
async function untilRead(count: number): Promise<void> {
  await eventually(
    () => table.received,
    (seen) => expect(seen).toBe(count),
  );
}

/** Sends writes while another is under way, whose answer is held back. Returns when the gate has read them. */
async function askMeanwhile(inputs: readonly object[]): Promise<Promise<Answer>[]> {
  const before = table.received;
  table.valve.close();
  const underWay = table.ask('PutItem', put('under-way'));
  await untilRead(before + 1);
  const answers: Promise<Answer>[] = [underWay];
  // One after the other, so that they wait in this order.
  for (const input of inputs) {
    answers.push(table.ask('PutItem', input));
    await untilRead(before + answers.length);
  }
  return answers;
}

const names = async () => (await table.items()).map((item) => (item as ReturnType<typeof put>['Item']).pk.S);

it.each([
  ['an object for a table name', JSON.stringify({ ...put('odd'), TableName: { toString: 1 } })],
  ['an object for a condition', JSON.stringify({ ...put('odd'), ConditionExpression: { toString: 1 } })],
  [
    'thousands of nested lists',
    JSON.stringify({ ...put('odd'), ExpressionAttributeValues: 0 }).replace(
      '"ExpressionAttributeValues":0',
      `"ExpressionAttributeValues":{":a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
    ),
  ],
])('lets the emulator refuse a write with %s', async (_, body) => {
  expect(await table.ask('PutItem', body)).toEqual({
    statusCode: 400,
    body: expect.stringContaining('SerializationException'),
  });
  expect(await table.ask('PutItem', put('next'))).toEqual(DONE);
});

it('passes a write on at once if none is under way', async () => {
  expect(await table.ask('PutItem', put('lone'))).toEqual(DONE);
  expect(passed()).toEqual(['PutItem']);
});

it('lets writes that wait for another one share a transaction', async () => {
  const answers = await askMeanwhile(['b', 'c', 'd'].map(put));
  await untilPassed('PutItem');
  table.valve.open();
  expect(await Promise.all(answers)).toEqual([DONE, DONE, DONE, DONE]);
  expect(passed()).toEqual(['PutItem', 'TransactWriteItems']);
  expect(await names()).toEqual(expect.arrayContaining(['under-way', 'b', 'c', 'd']));
});

it('answers nobody before the transaction is committed', async () => {
  const [underWay, ...others] = await askMeanwhile(['b', 'c'].map(put));
  let answered = 0;
  for (const other of others) void other.then(() => (answered += 1));
  table.valve.open();
  table.valve.close();
  expect(await underWay).toEqual(DONE);
  await eventually(names, (seen) => expect(seen).toEqual(expect.arrayContaining(['b', 'c'])));
  expect(answered).toBe(0);
  table.valve.open();
  expect(await Promise.all(others)).toEqual([DONE, DONE]);
});

it('sends a write that waits without company as it came', async () => {
  const answers = await askMeanwhile([put('b')]);
  table.valve.open();
  expect(await Promise.all(answers)).toEqual([DONE, DONE]);
  expect(passed()).toEqual(['PutItem', 'PutItem']);
});

it('sends those alone because of which a transaction is refused, and the others together', async () => {
  const answers = await askMeanwhile(['put', 'b', 'c', 'put-if-absent', 'd'].map(putIfAbsent));
  table.valve.open();
  expect(await Promise.all(answers)).toEqual([DONE, REFUSED, DONE, DONE, REFUSED, DONE]);
  expect(passed()).toEqual(['PutItem', 'TransactWriteItems', 'PutItem', 'PutItem', 'TransactWriteItems']);
  const written = (await table.records()).map(({ dynamodb }) => dynamodb.Keys);
  expect(written).toHaveLength(6);
});

it('sends writes of the same item one after the other', async () => {
  const answers = await askMeanwhile(['b', 'c', 'b', 'd'].map(putIfAbsent));
  table.valve.open();
  expect(await Promise.all(answers)).toEqual([DONE, DONE, DONE, REFUSED, DONE]);
  expect(passed()).toEqual(['PutItem', 'TransactWriteItems', 'PutItem']);
});

it('puts no more writes into a transaction than DynamoDB allows', async () => {
  const answers = await askMeanwhile([]);
  for (let count = 0; count < 130; count += 1) answers.push(table.ask('PutItem', put(`many-${count}`)));
  await untilRead(passedBefore + answers.length);
  table.valve.open();
  for (const answer of await Promise.all(answers)) expect(answer).toEqual(DONE);
  expect(passed()).toEqual(['PutItem', 'TransactWriteItems', 'TransactWriteItems']);
});

it('lets no write wait of which none has succeeded before', async () => {
  const unknown = { ...put('b'), ConditionExpression: 'attribute_not_exists(sk)' };
  const answers = await askMeanwhile([unknown, unknown]);
  await untilPassed('PutItem', 'PutItem', 'PutItem');
  table.valve.open();
  expect(await Promise.all(answers)).toEqual([DONE, DONE, REFUSED]);
});

it('does not send the write of a caller that has disconnected', async () => {
  // All connections of this test have one behind the gate, so that it shows when they are closed.
  await Promise.all(Array.from({ length: 4 }, () => table.ask('ListTables', {})));
  passedBefore += 4;
  const answers = await askMeanwhile(['b', 'c'].map(put));
  const leaving = new AbortController();
  const left = expect(table.ask('PutItem', put('left'), leaving.signal)).rejects.toThrow();
  await untilRead(passedBefore + 4);
  const { connections } = table.valve;
  leaving.abort();
  await left;
  await eventually(
    () => table.valve.connections,
    (seen) => expect(seen).toBe(connections - 1),
  );
  table.valve.open();
  expect(await Promise.all(answers)).toEqual([DONE, DONE, DONE]);
  expect(await names()).not.toContain('left');
});

it('breaks the connections of all callers where the emulator is gone before it answers', async () => {
  const [underWay, ...others] = await askMeanwhile(['b', 'c'].map(putIfAbsent));
  table.valve.open();
  table.valve.close();
  await underWay;
  await untilPassed('PutItem', 'TransactWriteItems');
  await eventually(names, (seen) => expect(seen).toContain('c'));
  const ends = Promise.allSettled(others);
  table.valve.cut();
  for (const { status } of await ends) expect(status).toBe('rejected');
  table.valve.open();
  // The callers repeat what they sent, and learn that it is there.
  expect(await table.ask('PutItem', putIfAbsent('b'))).toEqual(REFUSED);
  expect(await table.ask('PutItem', put('later'))).toEqual(DONE);
});

const KEY = put('b').Item;
const FIRST_OR_VALUE = 'attribute_not_exists(never) OR pk';
const conditional = (ConditionExpression: string, ExpressionAttributeValues: object) => ({
  ...put('b'),
  ConditionExpression,
  ExpressionAttributeValues,
});
const update = (UpdateExpression: string, value: object, name?: string) => ({
  TableName: TABLE,
  Key: KEY,
  UpdateExpression,
  ExpressionAttributeValues: { ':v': value },
  ...(name !== undefined && { ExpressionAttributeNames: { '#n': name } }),
});
const between = (low: string, high: string) =>
  conditional(`${FIRST_OR_VALUE} BETWEEN :low AND :high`, { ':low': { S: low }, ':high': { S: high } });
const among = (...SS: string[]) => conditional(`${FIRST_OR_VALUE} = :set`, { ':set': { SS } });

it.each<[name: string, input: object]>([
  ['asks for values', { ...put('b'), ReturnValues: 'ALL_OLD' }],
  ['asks for capacity', { ...put('b'), ReturnConsumedCapacity: 'TOTAL' }],
  ['has a legacy condition', { ...put('b'), Expected: { pk: { Exists: false } } }],
  ['goes to another table', { ...put('b'), TableName: 'others' }],
  ['compares with a set', among('a', 'b')],
  ['compares with two bounds', between('a', 'b')],
])('lets a write pass at once that %s', async (_, input) => {
  await table.ask('PutItem', input);
  passedBefore += 1;
  const answers = await askMeanwhile([input, input]);
  await untilPassed('PutItem', 'PutItem', 'PutItem');
  table.valve.open();
  await Promise.all(answers);
});

it.each<[name: string, operation: string, good: object, bad: object]>([
  ['bounds in the wrong order', 'PutItem', between('a', 'b'), between('b', 'a')],
  ['a set that names a value twice', 'PutItem', among('a', 'b'), among('a', 'a')],
  [
    'a change of the key',
    'UpdateItem',
    update('SET #n = :v', { S: 'x' }, 'n'),
    update('SET #n = :v', { S: 'x' }, 'sk'),
  ],
  ['a value of another type', 'UpdateItem', update('ADD n :v', { N: '1' }), update('ADD n :v', { S: 'x' })],
  ['no item', 'PutItem', put('b'), { ...put('b'), Item: null }],
  ['an unused name', 'PutItem', put('b'), { ...put('b'), ExpressionAttributeNames: { '#unused': 'n' } }],
  [
    'an empty key of an index',
    'UpdateItem',
    update('SET due = :v', { S: 'x' }),
    update('SET due = :v', { S: '' }),
  ],
])('refuses beside other writes what it refuses alone: %s', async (_, operation, good, bad) => {
  expect(await table.ask(operation, good)).toEqual(DONE);
  const alone = await table.ask(operation, bad);
  expect(alone.statusCode).toBe(400);
  const answers = await askMeanwhile([put('c')]);
  answers.push(table.ask(operation, bad));
  await untilRead(passedBefore + 5);
  table.valve.open();
  expect(await Promise.all(answers)).toEqual([DONE, DONE, alone]);
});

it('has on disk what it acknowledged, where the emulator is killed', async () => {
  const acknowledged: string[] = [];
  const writers = Array.from({ length: 20 }, async (_, writer) => {
    for (let count = 0; count < 15; ) {
      const name = `${writer}-${count}`;
      const answer = await table.ask('PutItem', putIfAbsent(name)).catch(() => undefined);
      // After a broken connection the caller asks again. Its first request may have been carried out.
      if (answer === undefined) continue;
      expect(answer.statusCode === 200 || answer.body.includes('ConditionalCheckFailed')).toBe(true);
      acknowledged.push(name);
      count += 1;
    }
  });
  for (const least of [60, 140, 220]) {
    await eventually(
      () => acknowledged.length,
      (seen) => expect(seen).toBeGreaterThan(least),
    );
    process.kill(Number(readFileSync(join(table.dataDir, 'dynamodb.pid'), 'utf8')), 'SIGKILL');
  }
  await Promise.all(writers);
  expect(passed()).toContain('TransactWriteItems');
  await eventually(names, (seen) => expect(seen).toEqual(expect.arrayContaining(acknowledged)));
  const records = await eventually(table.records, () => undefined);
  const numbers = records.map(({ dynamodb }) => Number(dynamodb.SequenceNumber));
  expect(numbers).toHaveLength(acknowledged.length + 2);
  expect(numbers).toEqual(numbers.map((_, index) => index + Number(numbers[0])));
});
