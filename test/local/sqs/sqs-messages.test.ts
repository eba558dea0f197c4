import { expect, it } from 'vitest';
import { readMessage } from '../../../lib/local/sqs/sqs-messages.ts';

const READING = { maximumBytes: 1_000, traceHeader: undefined };
const read = (more: object) => readMessage({ MessageBody: 'body', ...more }, READING);

it('reads a message with attributes', () => {
  const attributes = {
    color: { DataType: 'String', StringValue: 'red' },
    image: { DataType: 'Binary', BinaryValue: 'AAE=' },
  };
  expect(read({ MessageAttributes: attributes })).toMatchObject({ body: 'body', attributes });
  const MessageSystemAttributes = { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1' } };
  expect(read({ MessageSystemAttributes })).toMatchObject({ attributes: {}, traceHeader: 'Root=1' });
});

it.each<[what: string, attributes: unknown]>([
  ['are a list', [{ DataType: 'String', StringValue: 'red' }]],
  ['are text', 'red'],
  ['hold null', { color: null }],
  ['hold a number', { color: 7 }],
  ['have a type that is a number', { color: { DataType: 7 } }],
  ['have a value that is a number', { color: { DataType: 'Number', StringValue: 7 } }],
  ['have a value that is an object', { color: { DataType: 'String', StringValue: { toString: 1 } } }],
  ['have bytes that are a number', { color: { DataType: 'Binary', BinaryValue: 7 } }],
])('refuses attributes that %s: once stored, they would fail each receive of the queue', (_, attributes) => {
  const refused = expect.objectContaining({ code: 'InvalidParameterValue' });
  expect(() => read({ MessageAttributes: attributes })).toThrow(refused);
  expect(() => read({ MessageSystemAttributes: attributes })).toThrow(refused);
});
