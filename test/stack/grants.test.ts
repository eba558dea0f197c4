import { describe, expect, it } from 'vitest';
import { functionId, listed, resourcesOf, rolePolicy, type Statement } from './synthesized-template.ts';

/** What a function may do, as `action on partitions or resource`. */
function permissions(name: string): readonly string[] {
  return rolePolicy(functionId(name)).flatMap(({ Action, Resource, Condition }) => {
    const keys = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
    const places = keys === undefined ? [Resource].flat().map(resourceName) : [[keys].flat().join(' ')];
    return listed(Action).flatMap((action) => places.map((where) => `${action} ${where}`));
  });
}

function resourceName(resource: unknown): string {
  const text = JSON.stringify(resource);
  return (
    /Tidings(Table|Statements|FirstLane|RetryLane|CheckLane|IntakeDeadLetters|IntakeQueue|DeadLetters|SealKey|RootKey|SigningSecret|SchedulerRole|Schedules)/.exec(
      text,
    )?.[1] ?? text
  );
}

const statements = resourcesOf('AWS::IAM::Policy').flatMap(
  ([, { PolicyDocument }]) => PolicyDocument.Statement as readonly Statement[],
);

describe('the functions', () => {
  const API = [
    'dynamodb:GetItem K#*',
    'dynamodb:Query M#*',
    'kms:Decrypt SealKey',
    'secretsmanager:GetSecretValue RootKey',
  ];
  const send = (lane: string) => [`sqs:SendMessage ${lane}`];
  const receive = (lane: string) =>
    ['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl', 'ReceiveMessage'].map(
      (a) => `sqs:${a} ${lane}`,
    );

  it.each<[string, string[]]>([
    [
      'Record',
      [
        ...API,
        ...['DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map(
          (action) => `dynamodb:${action} T#*`,
        ),
        'dynamodb:PutItem A#*',
        'dynamodb:Query Table',
        ...send('IntakeDeadLetters'),
        ...receive('IntakeQueue'),
      ],
    ],
    [
      'Query',
      [
        ...API,
        ...['GetItem', 'Query'].map((action) => `dynamodb:${action} T#* W#* J#statement#*`),
        'dynamodb:GetItem D#*',
        'dynamodb:Query C#* I#*',
        ...['DeleteItem', 'GetItem', 'PutItem'].map((action) => `dynamodb:${action} G#*`),
        'dynamodb:Query Table',
        'dynamodb:Query Table',
        'secretsmanager:GetSecretValue SigningSecret',
        's3:GetObject Statements',
      ],
    ],
    [
      'Admin',
      [
        ...API,
        ...['A#*', 'J#*', 'K#* L#*', 'M#* D#*', 'T#*'].map((keys) => `dynamodb:PutItem ${keys}`),
        'dynamodb:BatchGetItem M#*',
        'dynamodb:DeleteItem K#* L#*',
        ...['DeleteItem', 'GetItem', 'PutItem'].map((action) => `dynamodb:${action} G#*`),
        'dynamodb:GetItem H#*',
        'dynamodb:GetItem J#*',
        'dynamodb:GetItem T#*',
        'dynamodb:Query A#*',
        'dynamodb:Query D#*',
        'dynamodb:Query J#*',
        'dynamodb:Query L#*',
        'dynamodb:Query T#*',
        'dynamodb:Query Table',
        'dynamodb:UpdateItem M#* D#*',
        'kms:Encrypt SealKey',
        ...send('RetryLane'),
      ],
    ],
    [
      'Relay',
      [
        ...['DescribeStream', 'GetRecords', 'GetShardIterator'].map((action) => `dynamodb:${action} Table`),
        'dynamodb:ListStreams "*"',
        'dynamodb:GetItem H#* J#erasure#*',
        ...['DeleteItem', 'GetItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action} T#*`),
        'dynamodb:DeleteItem H#*',
        'dynamodb:PutItem P#*',
        'dynamodb:Query M#*',
        ...send('FirstLane'),
        ...send('RetryLane'),
        ...send('CheckLane'),
      ],
    ],
    [
      'Count',
      [
        ...['DescribeStream', 'GetRecords', 'GetShardIterator'].map((action) => `dynamodb:${action} Table`),
        'dynamodb:ListStreams "*"',
        'dynamodb:GetItem C#*',
        'dynamodb:UpdateItem C#*',
      ],
    ],
    [
      'Deliver',
      [
        ...['GetItem', 'PutItem'].flatMap((action) => [
          `dynamodb:${action} T#* H#*`,
          `dynamodb:${action} G#*`,
          `dynamodb:${action} I#*`,
        ]),
        ...['PutItem', 'Query'].map((action) => `dynamodb:${action} M#*`),
        'dynamodb:BatchGetItem T#*',
        'dynamodb:Query I#*',
        'kms:Decrypt SealKey',
        'iam:PassRole SchedulerRole',
        'scheduler:CreateSchedule Schedules',
        ...send('RetryLane'),
        ...send('DeadLetters'),
        ...receive('FirstLane'),
        ...receive('RetryLane'),
      ],
    ],
    [
      'Check',
      [
        ...['DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map(
          (action) => `dynamodb:${action} T#*`,
        ),
        'dynamodb:Query M#*',
        'iam:PassRole SchedulerRole',
        'scheduler:CreateSchedule Schedules',
        'secretsmanager:GetSecretValue SigningSecret',
        ...send('CheckLane'),
        ...send('DeadLetters'),
        ...receive('CheckLane'),
      ],
    ],
    [
      'Operate',
      [
        ...API,
        'dynamodb:GetItem D#* H#* J#erasure#*',
        'dynamodb:BatchGetItem D#*',
        ...['GetItem', 'UpdateItem'].map((action) => `dynamodb:${action} T#*`),
        ...['DeleteItem', 'GetItem', 'Query'].map((action) => `dynamodb:${action} P#*`),
        'dynamodb:Query C#* W#* L#*',
        'dynamodb:Query Table',
        'dynamodb:PutItem A#* S#* M#* J#erasures#*',
        'dynamodb:DeleteItem K#* L#* M#*',
        'dynamodb:UpdateItem D#*',
        ...['RetryLane', 'CheckLane', 'IntakeQueue'].flatMap(send),
        ...['DeadLetters', 'IntakeDeadLetters'].flatMap((queue) =>
          ['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage'].map(
            (action) => `sqs:${action} ${queue}`,
          ),
        ),
      ],
    ],
    ['TestRequest', [...API, ...['GetItem', 'PutItem'].map((action) => `dynamodb:${action} G#*`)]],
    ['Document', []],
    [
      'Console',
      [
        ...['DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'].map((action) => `dynamodb:${action} S#*`),
        ...['Record', 'Query', 'Admin', 'Operate', 'TestRequest', 'Document'].map(
          (name) => `lambda:InvokeFunction ${JSON.stringify({ 'Fn::GetAtt': [functionId(name), 'Arn'] })}`,
        ),
      ],
    ],
    [
      'Sweep',
      [
        'dynamodb:DeleteItem J#*',
        'dynamodb:GetItem D#*',
        'dynamodb:GetItem J#*',
        ...['DeleteItem', 'GetItem'].map((action) => `dynamodb:${action} H#*`),
        ...['DeleteItem', 'GetItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action} I#*`),
        ...['DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map(
          (action) => `dynamodb:${action} T#*`,
        ),
        ...['DeleteItem', 'Query'].map((action) => `dynamodb:${action} W#* C#* P#*`),
        's3:DeleteObject Statements',
        's3:DeleteObjectVersion Statements',
        's3:ListBucketVersions Statements',
        'dynamodb:PutItem J#*',
        'dynamodb:Query J#*',
        'dynamodb:Query M#*',
        'dynamodb:Query Table',
        'dynamodb:Query Table',
        'dynamodb:Query Table',
        ...send('RetryLane'),
        ...send('CheckLane'),
        'sqs:GetQueueAttributes RetryLane',
      ],
    ],
    [
      'Close',
      [
        ...['BatchGetItem', 'GetItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action} D#*`),
        'dynamodb:PutItem W#*',
        'dynamodb:Query M#*',
        'dynamodb:Query Table',
      ],
    ],
    [
      'Audit',
      [
        ...['BatchGetItem', 'GetItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action} D#*`),
        ...['BatchGetItem', 'GetItem', 'PutItem'].map((action) => `dynamodb:${action} W#*`),
        ...['BatchGetItem', 'PutItem', 'Query'].map((action) => `dynamodb:${action} T#*`),
        'dynamodb:Query M#*',
        'dynamodb:Query Table',
        'sqs:GetQueueAttributes FirstLane',
        'sqs:GetQueueAttributes RetryLane',
      ],
    ],
    [
      'Statement',
      [
        ...['BatchGetItem', 'GetItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action} D#*`),
        ...['GetItem', 'PutItem'].map((action) => `dynamodb:${action} I#*`),
        ...['GetItem', 'PutItem', 'Query'].map((action) => `dynamodb:${action} J#statement#*`),
        'dynamodb:Query M#* W#*',
        'dynamodb:Query Table',
        ...['AbortMultipartUpload', 'PutObject'].map((action) => `s3:${action} Statements`),
      ],
    ],
  ])('%s may do what it does and no more', (name, expected) => {
    expect(new Set(permissions(name))).toEqual(new Set(expected));
  });

  it('never have a wildcard for resource, but for the one action that knows no other', () => {
    for (const { Action, Resource } of statements) {
      if (Resource === '*') expect(listed(Action)).toEqual(['dynamodb:ListStreams']);
    }
  });

  it('use the sealing key for a named owner only', () => {
    const uses = statements.filter(({ Action }) =>
      listed(Action).some((action) => action.startsWith('kms:')),
    );
    expect(uses).toHaveLength(7);
    for (const { Action, Condition } of uses) {
      expect(listed(Action)).toHaveLength(1);
      expect(Condition).toEqual({ Null: { 'kms:EncryptionContext:owner': 'false' } });
    }
  });

  it('limit every access to the table to partitions, so that no function reads another’s rows', () => {
    for (const { Action, Condition } of statements) {
      const writes = listed(Action).some((action) => /dynamodb:(Put|Update|Delete)Item/.test(action));
      if (writes) expect(Condition).toHaveProperty('ForAllValues:StringLike');
    }
  });
});
