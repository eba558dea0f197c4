import { expect, it } from 'vitest';
import { mergeableWrite } from '../../../../lib/local/dynamodb/gate/mergeable-write.ts';
import { createFrameReader } from '../../../../lib/local/dynamodb/gate/request-frames.ts';
import { tableRequest } from '../../../../lib/local/dynamodb/gate/table-request.ts';

const PUT = { TableName: 'orders', Item: { pk: { S: 'a' }, n: { N: '1' } } };
const HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.PutItem',
};

/** `String` throws for it, as for no other value of JSON. */
const NO_TEXT = { toString: 1 };
/** `JSON.parse` reads as many levels, and `JSON.stringify` overflows the stack. */
const LEVELS = 30_000;

interface Sent {
  readonly line?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function read({ line = 'POST / HTTP/1.1', headers = {}, body = JSON.stringify(PUT) }: Sent) {
  const all = { ...HEADERS, ...headers, 'content-length': Buffer.byteLength(body) };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const [frame] = createFrameReader(80).push(Buffer.from([line, ...head, '', body].join('\r\n')));
  if (frame === undefined) throw new Error('The request is not complete.');
  return mergeableWrite(tableRequest(frame), (table) => (table === 'orders' ? ['pk'] : undefined));
}

/** A request with a member that `JSON.stringify` cannot write. */
function nested(member: string): string {
  const deep = `{"pk":${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}}`;
  return JSON.stringify({ ...PUT, [member]: 'DEEP' }).replace('"DEEP"', deep);
}

it('tells writes by their items, and their shapes without values', () => {
  const write = read({ headers: { connection: 'keep-alive' } });
  expect(write).toMatchObject({ action: 'Put', item: '["orders",{"S":"a"}]' });
  const other = read({ body: JSON.stringify({ ...PUT, Item: { pk: { S: 'b' } } }) });
  expect(other?.item).not.toBe(write?.item);
  expect(other?.shape).toBe(write?.shape);
  const conditional = read({ body: JSON.stringify({ ...PUT, ConditionExpression: 'attribute_exists(pk)' }) });
  expect(conditional?.shape).not.toBe(write?.shape);
});

it.each<[what: string, sent: Sent]>([
  ['goes to another path', { line: 'POST /?X-Amz-Algorithm=1 HTTP/1.1' }],
  ['has another method', { line: 'PUT / HTTP/1.1' }],
  ['is of an older protocol', { line: 'POST / HTTP/1.0' }],
  ['ends its connection', { headers: { connection: 'close' } }],
  ['waits for a go-ahead', { headers: { expect: '100-continue' } }],
  ['comes from a browser', { headers: { origin: 'http://localhost' } }],
  ['has another content type', { headers: { 'content-type': 'application/json' } }],
  ['is for another service', { headers: { 'x-amz-target': 'DynamoDBStreams_20120810.PutItem' } }],
  ['is another operation', { headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' } }],
  ['is for an unknown table', { body: JSON.stringify({ ...PUT, TableName: 'others' }) }],
  ['is large', { body: JSON.stringify({ ...PUT, Item: { pk: { S: 'a'.repeat(65_536) } } }) }],
  ['is not JSON', { body: '{' }],
  ['is a list', { body: '[]' }],
  ['names its table by an object', { body: JSON.stringify({ ...PUT, TableName: NO_TEXT }) }],
  ['has an object for a condition', { body: JSON.stringify({ ...PUT, ConditionExpression: NO_TEXT }) }],
  ['has a number for a condition', { body: JSON.stringify({ ...PUT, ConditionExpression: 7 }) }],
  ['nests its values too deep', { body: nested('ExpressionAttributeValues') }],
  ['nests its names too deep', { body: nested('ExpressionAttributeNames') }],
  ['nests its key too deep', { body: nested('Item') }],
])('leaves a request alone that %s', (_, sent) => {
  expect(read(sent)).toBeUndefined();
});

it.each([
  { ...PUT, Item: null },
  { ...PUT, Item: [] },
  { ...PUT, ExpressionAttributeValues: null },
  { ...PUT, ExpressionAttributeValues: { ':v': null } },
  { ...PUT, ExpressionAttributeValues: 'text' },
])('reads what the emulator will refuse: %j', (input) => {
  expect(read({ body: JSON.stringify(input) })).toMatchObject({ action: 'Put' });
});
