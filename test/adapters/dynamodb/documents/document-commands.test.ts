import { buffer } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as sdk from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import * as own from '../../../../lib/adapters/dynamodb/documents/document-commands.ts';
import { openDocuments } from '../../../../lib/adapters/dynamodb/documents/open-documents.ts';
import { numberOf } from '../../../../lib/adapters/dynamodb/reading-rows.ts';
import { useTableServer } from '../../support/table-server.ts';

const received: { readonly target: unknown; readonly body: unknown }[] = [];
let answer: object = {};

useTableServer(async (request, response) => {
  const body: unknown = JSON.parse((await buffer(request)).toString());
  received.push({ target: request.headers['x-amz-target'], body });
  response.setHeader('content-type', 'application/x-amz-json-1.0').end(JSON.stringify(answer));
});

beforeEach(() => {
  received.length = 0;
  answer = {};
});

const TableName = 'table';
const Key = { pk: 'T#shop#pay_1', sk: 'V#0001' };
const Item = {
  ...Key,
  amount: 1999,
  isLate: false,
  none: null,
  missing: undefined,
  list: ['a', 1, { deep: [true, undefined] }],
  map: { missing: undefined, empty: {}, '': '' },
  bytes: new Uint8Array([1, 2]),
  texts: new Set(['a', 'b']),
  numbers: new Set([1, 2]),
};
const ExpressionAttributeValues = { ':one': 1, ':missing': undefined, ':text': 'Item' };
const condition = { ConditionExpression: 'a = :one', ExpressionAttributeValues };

const stored = {
  pk: { S: 'a' },
  amount: { N: '1999' },
  exact: { N: '0.5' },
  large: { N: '9007199254740993' },
  list: { L: [{ S: 'a' }, { M: { deep: { NULL: true } } }] },
  texts: { SS: ['a'] },
  numbers: { NS: ['1'] },
  bytes: { B: 'AQI=' },
  is: { BOOL: true },
};

/** Requests of each kind of command, as the document client takes them, and an answer, as the table sends it. */
const CASES = [
  {
    Theirs: sdk.GetCommand,
    Ours: own.GetCommand,
    requests: [{ TableName, Key, ConsistentRead: true }],
    answers: { Item: stored },
  },
  {
    Theirs: sdk.PutCommand,
    Ours: own.PutCommand,
    requests: [
      { TableName, Item, ...condition },
      { TableName, Item: Key },
    ],
    answers: { Attributes: stored },
  },
  {
    Theirs: sdk.UpdateCommand,
    Ours: own.UpdateCommand,
    requests: [{ TableName, Key, UpdateExpression: 'SET a = :one', ExpressionAttributeValues }],
    answers: { Attributes: stored },
  },
  {
    Theirs: sdk.DeleteCommand,
    Ours: own.DeleteCommand,
    requests: [
      { TableName, Key },
      { TableName, Key, ...condition },
    ],
    answers: {},
  },
  {
    Theirs: sdk.QueryCommand,
    Ours: own.QueryCommand,
    requests: [
      { TableName, KeyConditionExpression: 'pk = :text', ExpressionAttributeValues, ExclusiveStartKey: Key },
      { TableName, KeyConditionExpression: 'pk = :text', ExclusiveStartKey: undefined },
    ],
    answers: { Items: [stored, {}], Count: 2, ScannedCount: 2, LastEvaluatedKey: { pk: { S: 'a' } } },
  },
  {
    Theirs: sdk.BatchGetCommand,
    Ours: own.BatchGetCommand,
    requests: [{ RequestItems: { table: { Keys: [Key, { pk: 1, sk: 'b' }], ConsistentRead: true } } }],
    answers: {
      Responses: { table: [stored] },
      UnprocessedKeys: { table: { Keys: [{ pk: { S: 'b' } }], ConsistentRead: true } },
    },
  },
  {
    Theirs: sdk.TransactWriteCommand,
    Ours: own.TransactWriteCommand,
    requests: [
      {
        ClientRequestToken: 'token',
        TransactItems: [
          { Put: { TableName, Item, ...condition } },
          { Update: { TableName, Key, UpdateExpression: 'SET a = :one', ExpressionAttributeValues } },
          { Delete: { TableName, Key } },
          { ConditionCheck: { TableName, Key, ...condition } },
        ],
      },
    ],
    answers: {},
  },
] as const;

type Case = (typeof CASES)[number];

/** Sends a request by the SDK's document client and by ours. */
async function sendBoth({ Theirs, Ours }: Case, request: object) {
  const inner = new DynamoDBClient({});
  const theirs = sdk.DynamoDBDocumentClient.from(inner, {
    marshallOptions: { removeUndefinedValues: true },
    unmarshallOptions: { wrapNumbers: numberOf },
  });
  const documents = openDocuments({}, {});
  const answers = [
    await theirs.send(new Theirs(request as never) as sdk.GetCommand),
    await documents.send<object>(new Ours(request as never)),
  ];
  inner.destroy();
  documents.destroy();
  return answers.map((given) => ({ ...given, $metadata: undefined }));
}

describe.each(CASES)('$Ours.name', (one) => {
  it('sends what the document client of the SDK sends, and leaves the given request as it is', async () => {
    for (const request of one.requests) {
      const before = structuredClone(request);
      received.length = 0;
      await sendBoth(one, request);
      expect(received).toHaveLength(2);
      expect(received[1]).toStrictEqual(received[0]);
      expect(request).toStrictEqual(before);
    }
  });

  it('answers what the document client of the SDK answers', async () => {
    answer = one.answers;
    const [theirs, ours] = await sendBoth(one, one.requests[0]);
    expect(ours).toStrictEqual(theirs);
  });
});
