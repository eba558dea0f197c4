import { describe, expect, it } from 'vitest';
import { eventCalls } from '../../../lib/local/iam/calls/event-calls.ts';
import { kmsCalls } from '../../../lib/local/iam/calls/kms-calls.ts';
import { s3Calls } from '../../../lib/local/iam/calls/s3-calls.ts';
import { scheduleCalls } from '../../../lib/local/iam/calls/scheduler-calls.ts';
import { sqsCalls } from '../../../lib/local/iam/calls/sqs-calls.ts';
import { tableCalls } from '../../../lib/local/iam/calls/table-calls.ts';
import { TABLE } from './policies.ts';

const NAMES = {
  partitionKey: (table: string, index: string | undefined) =>
    table === 'things' ? (index === undefined ? 'pk' : 'groupPk') : undefined,
};
const calls = (operation: string, input: object) => tableCalls(NAMES, operation, { ...input });
const of = (action: string, keys: readonly string[] | undefined, resource = TABLE) =>
  expect.objectContaining({
    action,
    resource,
    ...(keys !== undefined && { keys: expect.objectContaining({ 'dynamodb:LeadingKeys': keys }) }),
  });
const TableName = 'things';
const pk = { S: 'T#1' };

describe('a request to DynamoDB', () => {
  it.each([
    ['GetItem', { Key: { pk, sk: { S: 'x' } } }],
    ['PutItem', { Item: { pk, other: { S: 'M#1' } } }],
    ['UpdateItem', { Key: { pk } }],
    ['DeleteItem', { Key: { pk } }],
    ['Query', { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } }],
    [
      'Query',
      {
        KeyConditionExpression: '(sk > :a) AND (#p=:pk)',
        ExpressionAttributeNames: { '#p': 'pk' },
        ExpressionAttributeValues: { ':pk': pk, ':a': { S: 'M#' } },
      },
    ],
    [
      'Query',
      {
        KeyConditionExpression: ':pk = pk AND sk BETWEEN :a AND :b',
        ExpressionAttributeValues: { ':pk': pk },
      },
    ],
    ['Query', { KeyConditions: { pk: { ComparisonOperator: 'EQ', AttributeValueList: [pk] } } }],
  ])('%s names its partition key: %j', (operation, input) => {
    expect(calls(operation, { TableName, ...input })).toEqual([of(`dynamodb:${operation}`, ['T#1'])]);
  });

  it('may name its table by ARN', () => {
    expect(calls('GetItem', { TableName: TABLE, Key: { pk } })).toEqual([of('dynamodb:GetItem', ['T#1'])]);
  });

  it('on an index is judged on the index, by the key of the index', () => {
    const input = {
      TableName,
      IndexName: 'group',
      KeyConditionExpression: 'groupPk = :g',
      ExpressionAttributeValues: { ':g': { S: 'F#1' } },
    };
    expect(calls('Query', input)).toEqual([of('dynamodb:Query', ['F#1'], `${TABLE}/index/group`)]);
  });

  it.each(['Scan', 'DescribeTable', 'ExecuteStatement'])('%s has no leading keys', (operation) => {
    const [call] = calls(operation, { TableName });
    expect(call?.keys ?? {}).not.toHaveProperty('dynamodb:LeadingKeys');
  });

  it('in a transaction is judged item by item', () => {
    const item = (one: object) => ({ TableName, ...one });
    const made = calls('TransactWriteItems', {
      TransactItems: [
        { Put: item({ Item: { pk } }) },
        { Update: item({ Key: { pk: { S: 'M#1' } } }) },
        { Delete: item({ Key: { pk } }) },
        { ConditionCheck: item({ Key: { pk: { S: 'D#1' } } }) },
      ],
    });
    expect(made).toEqual([
      of('dynamodb:PutItem', ['T#1']),
      of('dynamodb:UpdateItem', ['M#1']),
      of('dynamodb:DeleteItem', ['T#1']),
      of('dynamodb:ConditionCheckItem', ['D#1']),
    ]);
    expect(made[0]?.keys).toMatchObject({ 'dynamodb:EnclosingOperation': ['TransactWriteItems'] });
    const read = calls('TransactGetItems', { TransactItems: [{ Get: item({ Key: { pk } }) }] });
    expect(read).toEqual([of('dynamodb:GetItem', ['T#1'])]);
  });

  it('in a batch is judged once for each table, with all its keys', () => {
    const Put = { PutRequest: { Item: { pk } } };
    const Delete = { DeleteRequest: { Key: { pk: { S: 'M#1' } } } };
    expect(calls('BatchWriteItem', { RequestItems: { things: [Put, Delete] } })).toEqual([
      of('dynamodb:BatchWriteItem', ['T#1', 'M#1']),
    ]);
    expect(
      calls('BatchGetItem', { RequestItems: { things: { Keys: [{ pk }, { pk: { N: '7' } }] } } }),
    ).toEqual([of('dynamodb:BatchGetItem', ['T#1', '7'])]);
  });
});

describe('a request to', () => {
  it('SQS is judged on its queue; a batch like its entries', () => {
    const QueueUrl = 'http://127.0.0.1:1/000000000000/work';
    const resource = 'arn:aws:sqs:us-east-1:000000000000:work';
    expect(sqsCalls('SendMessageBatch', { QueueUrl })).toEqual([{ action: 'sqs:SendMessage', resource }]);
    expect(sqsCalls('GetQueueUrl', { QueueName: 'work' })).toEqual([{ action: 'sqs:GetQueueUrl', resource }]);
    expect(sqsCalls('ListQueues', {})).toEqual([{ action: 'sqs:ListQueues', resource: '*' }]);
  });

  it('KMS carries its encryption context', () => {
    const [call] = kmsCalls('Decrypt', { EncryptionContext: { Owner: 'm' } }, 'key');
    expect(call).toMatchObject({
      action: 'kms:Decrypt',
      resource: 'key',
      keys: { 'kms:EncryptionContext:owner': ['m'], 'kms:EncryptionContextKeys': ['Owner'] },
    });
    expect(kmsCalls('Decrypt', {}, 'key')[0]?.keys).not.toHaveProperty('kms:EncryptionContextKeys');
  });

  it('Scheduler passes a role on', () => {
    const asked = { method: 'POST', groupName: 'g', name: 'n', roleArn: 'role' };
    expect(scheduleCalls(asked)).toEqual([
      {
        action: 'scheduler:CreateSchedule',
        resource: 'arn:aws:scheduler:us-east-1:000000000000:schedule/g/n',
      },
      {
        action: 'iam:PassRole',
        resource: 'role',
        keys: { 'iam:PassedToService': ['scheduler.amazonaws.com'] },
      },
    ]);
    expect(scheduleCalls({ ...asked, method: 'DELETE', roleArn: undefined })).toHaveLength(1);
  });

  it('EventBridge is judged event by event, on the bus of each', () => {
    const Entries = [
      { Source: 's', DetailType: 'd' },
      { EventBusName: 'other', Source: 's', DetailType: 'd' },
    ];
    expect(eventCalls('PutEvents', { Entries }).map(({ resource }) => resource)).toEqual([
      'arn:aws:events:us-east-1:000000000000:event-bus/default',
      'arn:aws:events:us-east-1:000000000000:event-bus/other',
    ]);
  });

  it.each([
    ['GET', '/', 's3:ListAllMyBuckets', '*'],
    ['GET', '/bucket?list-type=2', 's3:ListBucket', 'arn:aws:s3:::bucket'],
    ['HEAD', '/bucket/', 's3:ListBucket', 'arn:aws:s3:::bucket'],
    ['GET', '/bucket/a%20b/c.csv', 's3:GetObject', 'arn:aws:s3:::bucket/a b/c.csv'],
    ['HEAD', '/bucket/key', 's3:GetObject', 'arn:aws:s3:::bucket/key'],
    ['PUT', '/bucket/key', 's3:PutObject', 'arn:aws:s3:::bucket/key'],
    ['POST', '/bucket/key?uploads', 's3:PutObject', 'arn:aws:s3:::bucket/key'],
    ['PUT', '/bucket/key?partNumber=1&uploadId=u', 's3:PutObject', 'arn:aws:s3:::bucket/key'],
    ['DELETE', '/bucket/key?uploadId=u', 's3:AbortMultipartUpload', 'arn:aws:s3:::bucket/key'],
    ['GET', '/bucket/key?uploadId=u', 's3:ListMultipartUploadParts', 'arn:aws:s3:::bucket/key'],
    ['DELETE', '/bucket/key', 's3:DeleteObject', 'arn:aws:s3:::bucket/key'],
    ['GET', '/bucket/%zz', 's3:GetObject', 'arn:aws:s3:::bucket/%zz'],
    ['GET', '/bucket?versions', 's3:ListBucketVersions', 'arn:aws:s3:::bucket'],
    ['GET', '/bucket?uploads', 's3:ListBucketMultipartUploads', 'arn:aws:s3:::bucket'],
    ['POST', '/bucket?delete', 's3:DeleteObject', 'arn:aws:s3:::bucket'],
    ['DELETE', '/bucket', 's3:DeleteBucket', 'arn:aws:s3:::bucket'],
    ['PUT', '/bucket/key?tagging', 's3:PutObjectTagging', 'arn:aws:s3:::bucket/key'],
    ['GET', '/bucket/key?acl', 's3:GetObjectAcl', 'arn:aws:s3:::bucket/key'],
    ['DELETE', '/bucket/key?versionId=1', 's3:DeleteObjectVersion', 'arn:aws:s3:::bucket/key'],
  ])('S3: %s %s is %s', (method, target, action, resource) => {
    expect(s3Calls({ method, target })).toEqual([{ action, resource }]);
  });

  it('S3 that copies reads the source, too', () => {
    expect(s3Calls({ method: 'PUT', target: '/bucket/new', copySource: '/bucket/old%20one' })).toEqual([
      { action: 's3:PutObject', resource: 'arn:aws:s3:::bucket/new' },
      { action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/old one' },
    ]);
  });
});
