import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { INTAKE_VISIBILITY_SECONDS, LANE_VISIBILITY_SECONDS } from '../../functions/wiring/serve-queue.ts';
import { operations } from '../../lib/api/operations.ts';
import { ASSEMBLY } from '../support/synthesized.ts';

const json = JSON.parse(readFileSync(join(ASSEMBLY, 'Tidings.template.json'), 'utf8'));
const template = Template.fromJSON(json);

// biome-ignore lint/suspicious/noExplicitAny: CloudFormation's shapes, checked by the assertions.
type Properties = Record<string, any>;
const resources = (type: string): [string, Properties][] =>
  Object.entries(template.findResources(type)).map(([id, { Properties }]) => [id, Properties]);

/** The function whose logical id begins so. */
const functionId = (name: string): string => {
  const found = resources('AWS::Lambda::Function')
    .map(([id]) => id)
    .find((id) => id.startsWith(`Tidings${name}`));
  if (found === undefined) throw new Error(`no function ${name}`);
  return found;
};

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

function statementsOf(name: string): Statement[] {
  const role = Object.entries(template.findResources('AWS::IAM::Role'))
    .map(([id]) => id)
    .find((id) => id.startsWith(`Tidings${name}ServiceRole`));
  return resources('AWS::IAM::Policy')
    .filter(([, { Roles }]) => JSON.stringify(Roles).includes(`"${role}"`))
    .flatMap(([, { PolicyDocument }]) => (PolicyDocument as { Statement: Statement[] }).Statement);
}

/** What a function may do, as `action on partitions or resource`, sorted. */
function permissions(name: string): string[] {
  return statementsOf(name)
    .flatMap(({ Action, Resource, Condition }) => {
      const keys = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
      const where = keys === undefined ? resourceName(Resource) : `${[keys].flat().join(' ')}`;
      return [Action].flat().map((action) => `${action} ${where}`);
    })
    .sort();
}

function resourceName(resource: unknown): string {
  const text = JSON.stringify(resource);
  return (
    /Tidings(Table|Statements|FirstLane|RetryLane|CheckLane|IntakeDeadLetters|IntakeQueue|DeadLetters|SealKey|RootKey|SigningSecret|SchedulerRole|Schedules)/.exec(
      text,
    )?.[1] ?? text
  );
}

describe('the table', () => {
  it('has the keys, the stream, the expiry and the recovery of the design', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      Properties: Match.objectLike({
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
      }),
    });
  });

  it.each([
    ['feed', 'feedPk', 'feedSk', 'INCLUDE'],
    ['reference', 'referencePk', 'referenceSk', 'KEYS_ONLY'],
    ['due', 'duePk', 'nextAttemptAt', 'KEYS_ONLY'],
    ['undelivered', 'undeliveredPk', 'undeliveredSk', 'KEYS_ONLY'],
  ])('has the index %s', (IndexName, pk, sk, ProjectionType) => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      GlobalSecondaryIndexes: Match.arrayWith([
        Match.objectLike({
          IndexName,
          KeySchema: [
            { AttributeName: pk, KeyType: 'HASH' },
            { AttributeName: sk, KeyType: 'RANGE' },
          ],
          Projection: Match.objectLike({ ProjectionType }),
        }),
      ]),
    });
  });

  it('shows in the feed everything but metadata', () => {
    const [table] = resources('AWS::DynamoDB::Table').map(([, properties]) => properties);
    const feed = table?.GlobalSecondaryIndexes.find(
      ({ IndexName }: { IndexName: string }) => IndexName === 'feed',
    );
    expect(feed?.Projection.NonKeyAttributes).toContain('transactionId');
    expect(feed?.Projection.NonKeyAttributes).not.toContain('metadata');
  });
});

describe('the statements', () => {
  it('lie in a bucket of their own: encrypted, closed to the public, and by TLS only', () => {
    const [bucket, ...others] = resources('AWS::S3::Bucket').map(([, properties]) => properties);
    expect(others).toEqual([]);
    const blocked = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];
    expect(bucket?.PublicAccessBlockConfiguration).toEqual(
      Object.fromEntries(blocked.map((name) => [name, true])),
    );
    const [rule] = bucket?.BucketEncryption.ServerSideEncryptionConfiguration ?? [];
    expect(rule.ServerSideEncryptionByDefault).toEqual({ SSEAlgorithm: 'AES256' });
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: Match.objectLike({
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ],
      }),
    });
  });

  it('expire with what they are of, and what was never finished after a day', () => {
    const [bucket] = resources('AWS::S3::Bucket').map(([, properties]) => properties);
    expect(bucket?.LifecycleConfiguration.Rules).toEqual([
      {
        Status: 'Enabled',
        ExpirationInDays: 100,
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      },
    ]);
  });
});

describe('the functions', () => {
  it('run on Node 24 and arm64, as one small module without the CDK', () => {
    for (const [id, properties] of resources('AWS::Lambda::Function')) {
      expect({ id, ...properties }).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
      });
    }
    const { files } = JSON.parse(readFileSync(join(ASSEMBLY, 'Tidings.assets.json'), 'utf8')) as {
      files: Record<string, { displayName: string; source: { path: string; packaging: string } }>;
    };
    const bundles = Object.values(files).filter(({ source }) => source.packaging === 'zip');
    expect(bundles.length).toBe(resources('AWS::Lambda::Function').length);
    for (const { displayName, source } of bundles) {
      const folder = join(ASSEMBLY, source.path);
      expect(readdirSync(folder)).toEqual(['index.mjs']);
      expect(readFileSync(join(folder, 'index.mjs'), 'utf8')).not.toContain('aws-cdk-lib');
      expect({ displayName, isSmall: statSync(join(folder, 'index.mjs')).size < 600_000 }).toEqual({
        displayName,
        isSmall: true,
      });
    }
  });

  const API = [
    'dynamodb:GetItem K#*',
    'dynamodb:Query M#*',
    'kms:Decrypt SealKey',
    'secretsmanager:DescribeSecret RootKey',
    'secretsmanager:GetSecretValue RootKey',
  ];
  const send = (lane: string) =>
    ['GetQueueAttributes', 'GetQueueUrl', 'SendMessage'].map((a) => `sqs:${a} ${lane}`);
  const receive = (lane: string) =>
    ['ChangeMessageVisibility', 'DeleteMessage', 'ReceiveMessage'].map((a) => `sqs:${a} ${lane}`);

  it.each<[string, string[]]>([
    [
      'Record',
      [
        ...API,
        ...['GetItem', 'PutItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action} T#*`),
        'dynamodb:Query Table',
        ...send('IntakeDeadLetters'),
        ...receive('IntakeQueue'),
        'sqs:GetQueueAttributes IntakeQueue',
        'sqs:GetQueueUrl IntakeQueue',
      ],
    ],
    [
      'Query',
      [
        ...API,
        ...['GetItem', 'Query'].map((action) => `dynamodb:${action} T#* W#* J#statement#*`),
        'dynamodb:GetItem D#*',
        ...['DeleteItem', 'GetItem', 'PutItem'].map((action) => `dynamodb:${action} G#*`),
        'dynamodb:Query Table',
        'dynamodb:Query Table',
        'secretsmanager:DescribeSecret SigningSecret',
        'secretsmanager:GetSecretValue SigningSecret',
        's3:GetObject Statements',
      ],
    ],
    [
      'Admin',
      [
        ...API,
        ...['K#* L#*', 'M#* D#*', 'T#* J#*'].map((keys) => `dynamodb:PutItem ${keys}`),
        'dynamodb:DeleteItem K#* L#*',
        'dynamodb:GetItem T#* J#*',
        'dynamodb:Query T#* J#*',
        'dynamodb:Query K#* L#*',
        'dynamodb:UpdateItem M#* D#*',
        'kms:Encrypt SealKey',
        'kms:GenerateDataKey* SealKey',
        'kms:ReEncrypt* SealKey',
        ...send('RetryLane'),
      ],
    ],
    [
      'Relay',
      [
        ...['DescribeStream', 'GetRecords', 'GetShardIterator'].map((action) => `dynamodb:${action} Table`),
        'dynamodb:ListStreams "*"',
        'dynamodb:GetItem H#*',
        'dynamodb:GetItem T#*',
        'dynamodb:PutItem P#*',
        'dynamodb:Query M#*',
        'dynamodb:UpdateItem T#*',
        ...send('FirstLane'),
        ...send('RetryLane'),
        ...send('CheckLane'),
      ],
    ],
    [
      'Deliver',
      [
        ...['GetItem', 'PutItem'].flatMap((action) => [
          `dynamodb:${action} T#* H#*`,
          `dynamodb:${action} G#*`,
        ]),
        ...['PutItem', 'Query'].map((action) => `dynamodb:${action} M#*`),
        'kms:Decrypt SealKey',
        'iam:PassRole SchedulerRole',
        'scheduler:CreateSchedule Schedules',
        ...send('RetryLane'),
        ...send('DeadLetters'),
        ...receive('FirstLane'),
        ...receive('RetryLane'),
        'sqs:GetQueueAttributes FirstLane',
        'sqs:GetQueueUrl FirstLane',
      ],
    ],
    [
      'Check',
      [
        ...['GetItem', 'PutItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action} T#*`),
        'dynamodb:Query M#*',
        'iam:PassRole SchedulerRole',
        'scheduler:CreateSchedule Schedules',
        'secretsmanager:DescribeSecret SigningSecret',
        'secretsmanager:GetSecretValue SigningSecret',
        ...send('CheckLane'),
        ...send('DeadLetters'),
        ...receive('CheckLane'),
      ],
    ],
    ['TestRequest', [...API, ...['GetItem', 'PutItem'].map((action) => `dynamodb:${action} G#*`)]],
    ['Document', []],
    [
      'Sweep',
      [
        'dynamodb:DeleteItem J#*',
        'dynamodb:GetItem J#*',
        'dynamodb:GetItem H#*',
        ...['GetItem', 'PutItem', 'UpdateItem'].map((action) => `dynamodb:${action} T#*`),
        'dynamodb:PutItem J#*',
        'dynamodb:Query J#*',
        'dynamodb:Query M#*',
        'dynamodb:Query Table',
        'dynamodb:Query Table',
        ...send('RetryLane'),
        ...send('CheckLane'),
      ],
    ],
    [
      'Close',
      [
        ...['GetItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action} D#*`),
        'dynamodb:PutItem W#*',
        'dynamodb:Query M#*',
        'dynamodb:Query Table',
      ],
    ],
    [
      'Audit',
      [
        ...['GetItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action} D#*`),
        ...['GetItem', 'PutItem'].map((action) => `dynamodb:${action} W#*`),
        ...['PutItem', 'Query'].map((action) => `dynamodb:${action} T#*`),
        'dynamodb:Query M#*',
        'dynamodb:Query Table',
        'sqs:GetQueueAttributes FirstLane',
        'sqs:GetQueueAttributes RetryLane',
      ],
    ],
    [
      'Statement',
      [
        ...['GetItem', 'Query', 'UpdateItem'].map((action) => `dynamodb:${action} D#*`),
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
    for (const [, { PolicyDocument }] of resources('AWS::IAM::Policy')) {
      for (const { Action, Resource } of (PolicyDocument as { Statement: Statement[] }).Statement) {
        if (Resource === '*') expect([Action].flat()).toEqual(['dynamodb:ListStreams']);
      }
    }
  });

  it('limit every access to the table to partitions, so that no function reads another’s rows', () => {
    for (const [, { PolicyDocument }] of resources('AWS::IAM::Policy')) {
      for (const { Action, Condition } of (PolicyDocument as { Statement: Statement[] }).Statement) {
        const writes = [Action].flat().some((action) => /dynamodb:(Put|Update|Delete)Item/.test(action));
        if (writes) expect(Condition).toHaveProperty('ForAllValues:StringLike');
      }
    }
  });

  it('may not reach loopback, and go by many clocks: the other is for one machine only', () => {
    for (const [, { Environment }] of resources('AWS::Lambda::Function')) {
      const variables = JSON.stringify(Environment ?? {});
      expect(variables).not.toContain('TIDINGS_ALLOW_LOOPBACK');
      expect(variables).not.toContain('TIDINGS_ONE_CLOCK');
    }
  });
});

describe('the way of the messages', () => {
  it('begins at the stream: new outcomes only, tried for as long as it takes', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: functionId('Relay') },
      BatchSize: 100,
      ParallelizationFactor: 1,
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: Match.absent(),
      MaximumRecordAgeInSeconds: Match.absent(),
      FilterCriteria: {
        Filters: [{ Pattern: '{"eventName":["INSERT"],"dynamodb":{"Keys":{"sk":{"S":[{"prefix":"V#"}]}}}}' }],
      },
    });
  });

  it('goes on in two lanes, each with its own concurrency, where one failed message comes back alone', () => {
    const lanes = resources('AWS::Lambda::EventSourceMapping')
      .map(([, properties]) => properties)
      .filter(({ FunctionName }) => JSON.stringify(FunctionName).includes(functionId('Deliver')));
    expect(
      lanes.map(({ ScalingConfig, BatchSize, FunctionResponseTypes }) => [
        ScalingConfig,
        BatchSize,
        FunctionResponseTypes,
      ]),
    ).toEqual([
      [{ MaximumConcurrency: 50 }, 10, ['ReportBatchItemFailures']],
      [{ MaximumConcurrency: 20 }, 10, ['ReportBatchItemFailures']],
    ]);
  });

  it('has a lane and a function of its own for asking initiators', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: functionId('Check') },
      ScalingConfig: { MaximumConcurrency: 10 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('gives a delivery six times its time-out before its message is seen again', () => {
    const [, deliver] = resources('AWS::Lambda::Function').find(([id]) => id === functionId('Deliver')) ?? [];
    for (const [id, queue] of resources('AWS::SQS::Queue')) {
      if (id.includes('DeadLetters') || id.includes('Intake')) continue;
      expect(queue.VisibilityTimeout).toBe(6 * Number(deliver?.Timeout));
      expect(queue.RedrivePolicy).toMatchObject({ maxReceiveCount: 9 });
      expect(queue.VisibilityTimeout).toBe(LANE_VISIBILITY_SECONDS);
    }
  });

  it('is swept, closed and audited every minute, and stated as seldom as a run may last', () => {
    const timers = resources('AWS::Events::Rule').filter(([id]) => !id.includes('Intake'));
    const rules = timers.map(([, { ScheduleExpression, Targets }]) => [
      /Tidings(Sweep|Close|Audit|Statement)/.exec(JSON.stringify(Targets))?.[1],
      ScheduleExpression,
    ]);
    expect(Object.fromEntries(rules)).toEqual({
      Audit: 'rate(1 minute)',
      Close: 'rate(1 minute)',
      Sweep: 'rate(1 minute)',
      Statement: 'rate(15 minutes)',
    });
    const [, statement] =
      resources('AWS::Lambda::Function').find(([id]) => id === functionId('Statement')) ?? [];
    expect(statement?.Timeout).toBe(15 * 60);
  });

  it('takes outcomes from events of this account into the queue of what nobody waits for', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { 'detail-type': ['Transaction Outcome'], account: [{ Ref: 'AWS::AccountId' }] },
    });
    const [, queue] = resources('AWS::SQS::Queue').find(([id]) => /^TidingsIntakeQueue/.test(id)) ?? [];
    expect(queue).toMatchObject({
      VisibilityTimeout: INTAKE_VISIBILITY_SECONDS,
      RedrivePolicy: { maxReceiveCount: 100 },
    });
  });

  it('lets Scheduler put messages into the retry lane for this group of this account only', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: Match.objectLike({
        Statement: [
          Match.objectLike({
            Principal: { Service: 'scheduler.amazonaws.com' },
            Condition: {
              StringEquals: Match.objectLike({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } }),
            },
          }),
        ],
      }),
    });
  });
});

describe('the HTTP API', () => {
  it('routes every operation of the contract to the function that serves it, and nothing else', () => {
    const integrations = new Map(
      resources('AWS::ApiGatewayV2::Integration').map(([id, { IntegrationUri }]) => [
        id,
        JSON.stringify(IntegrationUri),
      ]),
    );
    const routed = resources('AWS::ApiGatewayV2::Route').map(([, { RouteKey, Target }]) => {
      const integration = [...integrations].find(([id]) => JSON.stringify(Target).includes(`"${id}"`));
      const name = /Tidings(Record|Query|Admin|TestRequest|Document)/
        .exec(integration?.[1] ?? '')?.[1]
        ?.replace(/(?!^)[A-Z]/, '-$&')
        .toLowerCase();
      return `${RouteKey} → ${name}`;
    });
    const contract = operations.map(
      ({ method, path, function: name }) => `${method.toUpperCase()} ${path} → ${name}`,
    );
    expect(routed.sort()).toEqual([...contract, '$default → admin'].sort());
  });

  it('is throttled', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingBurstLimit: 4000, ThrottlingRateLimit: 2000 },
    });
  });
});

describe('the clock', () => {
  it.each(['Audit', 'Statement'])('starts %s for every partition, each in one of four shares', (name) => {
    const targets = resources('AWS::Events::Rule')
      .flatMap(([, { Targets }]) => Targets)
      .filter(({ Arn }) => JSON.stringify(Arn).includes(functionId(name)));
    const inputs = targets.map(({ Input }) => JSON.parse(Input));
    expect(inputs).toHaveLength(4);
    const partitions = inputs.flatMap((input) => input.partitions).sort((a, b) => a - b);
    expect(partitions).toEqual(Array.from({ length: 16 }, (_, partition) => partition));
  });
});
