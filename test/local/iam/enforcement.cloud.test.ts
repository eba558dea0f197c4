import { BatchGetItemCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
  SQSClient as Sqs,
} from '@aws-sdk/client-sqs';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { awsClient } from '../../../lib/local/aws/aws-client.ts';
import type { LocalCloud, LocalLogLine } from '../../../lib/local/cloud.ts';
import { eventually } from '../../support/eventually.ts';
import { resourceOf, useLocalCloud } from '../fixture/harness.ts';

const fixture = await useLocalCloud();
type Template = Parameters<NonNullable<Parameters<typeof fixture.assembly>[0]>>[0];
type Statement = Record<string, unknown>;

/** The statements of a policy, to be changed. */
function statementsOf(template: Template, type: string, prefix: string): Statement[] {
  const { PolicyDocument } = resourceOf(template, type, prefix).properties as {
    PolicyDocument: { Statement: Statement[] };
  };
  return PolicyDocument.Statement;
}

/** Gives the function that does nothing a policy of its own. */
function allow(template: Template, ...Statement: object[]): void {
  const { logicalId } = resourceOf(template, 'AWS::IAM::Role', 'Misbehave');
  template.Resources.Given = {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: 'Given',
      PolicyDocument: { Version: '2012-10-17', Statement },
      Roles: [{ Ref: logicalId }],
    },
  };
}

/** The credentials of a function, as its code sees them. */
async function credentialsOf(cloud: LocalCloud, name = 'Misbehave') {
  const { env } = (await cloud.invoke(name, {})) as { readonly env: Record<string, string> };
  return {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
    sessionToken: env.AWS_SESSION_TOKEN ?? '',
  };
}

const said = (lines: readonly LocalLogLine[]) =>
  lines.filter(({ source }) => source === 'iam').map(({ line }) => line);
const arn = (cloud: LocalCloud, name: string, type: string) => cloud.resources.find(name, type).arn;

async function askAsMisbehave(edit: (template: Template) => void = () => {}) {
  const started = await fixture.start({ assemblyDir: fixture.assembly(edit) });
  const { cloud } = started;
  const base = { region: 'us-east-1', credentials: await credentialsOf(cloud), maxAttempts: 1 };
  const TableName = cloud.resources.find('Table', 'AWS::DynamoDB::Table').name;
  const QueueUrl = cloud.resources.find('Work', 'AWS::SQS::Queue').url ?? '';
  return {
    ...started,
    base,
    TableName,
    QueueUrl,
    dynamodb: new DynamoDBClient({ ...base, endpoint: cloud.endpoints.dynamodb }),
    sqs: new Sqs({ ...base, endpoint: cloud.endpoints.sqs }),
    s3: new S3Client({ ...base, endpoint: cloud.endpoints.s3 ?? '' }),
    scheduler: new SchedulerClient({ ...base, endpoint: cloud.endpoints.scheduler }),
    kms: new KMSClient({ ...base, endpoint: cloud.endpoints.kms }),
    secrets: new SecretsManagerClient({ ...base, endpoint: cloud.endpoints.secretsManager }),
  };
}

const thing = (pk: string) => ({ pk: { S: pk }, sk: { S: 'THING' } });

function oneTime(cloud: LocalCloud, changes: { queue?: string; at?: string; deadLetters?: string } = {}) {
  const { queue = 'Inbox', at = '2099-01-01T00:00:00', deadLetters } = changes;
  return new CreateScheduleCommand({
    Name: `to-${queue}`,
    GroupName: cloud.resources.find('Schedules').name,
    ScheduleExpression: `at(${at})`,
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: {
      Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage',
      RoleArn: arn(cloud, 'SchedulerRole', 'AWS::IAM::Role'),
      Input: JSON.stringify({
        QueueUrl: cloud.resources.find(queue, 'AWS::SQS::Queue').url,
        MessageBody: 'due',
      }),
      ...(deadLetters !== undefined && {
        DeadLetterConfig: { Arn: arn(cloud, deadLetters, 'AWS::SQS::Queue') },
      }),
    },
  });
}

async function bodies(sqs: SQSClient, cloud: LocalCloud, queue: string) {
  const QueueUrl = cloud.resources.find(queue, 'AWS::SQS::Queue').url;
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body }) => Body);
}

describe('a function without permissions', () => {
  it('is refused by every service as AWS refuses, so that the SDK throws its own error', async () => {
    const { cloud, dynamodb, sqs, s3, scheduler, kms, secrets, TableName, QueueUrl, lines } =
      await askAsMisbehave();
    const role = cloud.resources.find('MisbehaveFunctionServiceRole', 'AWS::IAM::Role');
    const fn = cloud.resources.find('MisbehaveFunction', 'AWS::Lambda::Function');
    const user = `arn:aws:sts::000000000000:assumed-role/${role.name}/${fn.name}`;
    const table = arn(cloud, 'Table', 'AWS::DynamoDB::Table');
    const put = dynamodb.send(new PutItemCommand({ TableName, Item: thing('T#1') }));
    await expect(put).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: ${user} is not authorized to perform: dynamodb:PutItem on resource: ${table} because no identity-based policy allows the dynamodb:PutItem action`,
      $metadata: { httpStatusCode: 400 },
    });
    const queue = arn(cloud, 'Work', 'AWS::SQS::Queue');
    await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: ${user} is not authorized to perform: sqs:sendmessage on resource: ${queue} because no identity-based policy allows the sqs:sendmessage action`,
      $metadata: { httpStatusCode: 403 },
    });
    const Bucket = cloud.resources.find('Statements', 'AWS::S3::Bucket').name;
    await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'a&b' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: ${user} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::${Bucket}/a&b" because no identity-based policy allows the s3:GetObject action`,
      $metadata: { httpStatusCode: 403 },
    });
    const KeyId = arn(cloud, 'Key', 'AWS::KMS::Key');
    const refused = { name: 'AccessDeniedException' };
    await expect(kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }))).rejects.toMatchObject(
      refused,
    );
    const SecretId = arn(cloud, 'Secret', 'AWS::SecretsManager::Secret');
    await expect(secrets.send(new GetSecretValueCommand({ SecretId }))).rejects.toMatchObject(refused);
    await expect(scheduler.send(oneTime(cloud))).rejects.toMatchObject(refused);
    const connections = new Agent();
    const events = awsClient('events', cloud.endpoints.eventBridge, {
      connections,
      ...(({ sessionToken, ...key }) => ({ key, sessionToken }))(await credentialsOf(cloud)),
    });
    await expect(events('PutEvents', { Entries: [{ Source: 's' }] })).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
    await connections.close();
    expect(said(lines)).toHaveLength(7);
    expect(said(lines)[0]).toBe(
      `AccessDenied: role ${role.logicalId} may not dynamodb:PutItem on ${table} (dynamodb:LeadingKeys: T#1): ` +
        'no statement allows it. missing in the policy of the role: ' +
        `{"Effect":"Allow","Action":"dynamodb:PutItem","Resource":"${table}"}`,
    );
  });

  it('has credentials of its own: without their token, or with those of another directory, it is a stranger', async () => {
    const { cloud, base } = await askAsMisbehave();
    const { sessionToken: _token, ...bare } = base.credentials;
    const strangers = [
      bare,
      { ...base.credentials, sessionToken: 'guessed' },
      await credentialsOf((await fixture.start()).cloud),
    ];
    for (const credentials of strangers) {
      const sqs = new Sqs({ ...base, credentials, endpoint: cloud.endpoints.sqs });
      await expect(
        sqs.send(new SendMessageCommand({ QueueUrl: 'q', MessageBody: 'x' })),
      ).rejects.toMatchObject({
        name: 'UnrecognizedClientException',
      });
    }
    expect(base.credentials.accessKeyId).not.toBe(cloud.credentials.accessKeyId);
  });

  it('goes on with its connection after a refusal', async () => {
    const { dynamodb, TableName } = await askAsMisbehave((template) =>
      allow(template, {
        Effect: 'Allow',
        Action: 'dynamodb:PutItem',
        Resource: { 'Fn::GetAtt': [resourceOf(template, 'AWS::DynamoDB::Table').logicalId, 'Arn'] },
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 'T#*' } },
      }),
    );
    const put = (pk: string) => dynamodb.send(new PutItemCommand({ TableName, Item: thing(pk) }));
    for (let round = 0; round < 3; round += 1) {
      await expect(put('M#1')).rejects.toMatchObject({ name: 'AccessDeniedException' });
      await put('T#1');
    }
    const scan = dynamodb.send(new ScanCommand({ TableName }));
    await expect(scan).rejects.toThrow(/dynamodb:Scan/);
    const RequestItems = { [TableName]: { Keys: [thing('T#1')] } };
    await expect(dynamodb.send(new BatchGetItemCommand({ RequestItems }))).rejects.toThrow(
      /dynamodb:BatchGetItem/,
    );
  });
});

describe('a link to a file', () => {
  it('has the rights of its signer at the time of use', async () => {
    const dataDir = fixture.newDataDir();
    const assemblyDir = fixture.assembly((template) =>
      allow(template, { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::*/open/*' }),
    );
    const { cloud, base } = await fixture.start({ dataDir, assemblyDir });
    const Bucket = cloud.resources.find('Statements', 'AWS::S3::Bucket').name;
    const owner = new S3Client({ ...base, endpoint: cloud.endpoints.s3 ?? '' });
    for (const Key of ['open/a', 'shut/a'])
      await owner.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    const credentials = await credentialsOf(cloud);
    const statusOf = async ({ endpoints }: LocalCloud, Key: string) => {
      const signer = new S3Client({ ...base, credentials, endpoint: endpoints.s3 ?? '' });
      return (await fetch(await getSignedUrl(signer, new GetObjectCommand({ Bucket, Key })))).status;
    };
    expect(await statusOf(cloud, 'open/a')).toBe(200);
    expect(await statusOf(cloud, 'shut/a')).toBe(403);
    await cloud.stop();
    // The same credentials, signed before the restart, under a policy that no longer allows it.
    const { cloud: later } = await fixture.start({ dataDir });
    expect(await statusOf(later, 'open/a')).toBe(403);
  });
});

describe('a schedule', () => {
  const mayCreate = (template: Template, ...more: object[]) =>
    allow(template, { Effect: 'Allow', Action: 'scheduler:CreateSchedule', Resource: '*' }, ...more);
  const PASS = { Effect: 'Allow', Action: 'iam:PassRole', Resource: '*' };

  it('is created only by who may pass its role on to Scheduler', async () => {
    const first = await askAsMisbehave((template) => mayCreate(template));
    await expect(first.scheduler.send(oneTime(first.cloud))).rejects.toThrow(/iam:PassRole/);
    const other = { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } };
    const second = await askAsMisbehave((template) => mayCreate(template, { ...PASS, Condition: other }));
    await expect(second.scheduler.send(oneTime(second.cloud))).rejects.toThrow(/iam:PassRole/);
    const third = await askAsMisbehave((template) => mayCreate(template, PASS));
    expect((await third.scheduler.send(oneTime(third.cloud))).ScheduleArn).toContain('to-Inbox');
  });

  it('is refused if Scheduler may not assume its role for that group', async () => {
    const { cloud, scheduler } = await askAsMisbehave((template) => {
      mayCreate(template, PASS);
      const { AssumeRolePolicyDocument } = resourceOf(template, 'AWS::IAM::Role', 'SchedulerRole')
        .properties as {
        AssumeRolePolicyDocument: { Statement: Statement[] };
      };
      Object.assign(AssumeRolePolicyDocument.Statement[0] ?? {}, {
        Condition: {
          ArnEquals: { 'aws:SourceArn': 'arn:aws:scheduler:us-east-1:000000000000:schedule-group/other' },
        },
      });
    });
    await expect(scheduler.send(oneTime(cloud))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('that fires calls its target with its role: what the role may not do goes to the dead letters, or is lost', async () => {
    const { cloud, base, sqs, lines } = await fixture.start({
      assemblyDir: fixture.assembly((template) => {
        const [inbox = {}] = statementsOf(template, 'AWS::IAM::Policy', 'SchedulerRole');
        inbox.Resource = {
          'Fn::GetAtt': [resourceOf(template, 'AWS::SQS::Queue', 'DeadLetters').logicalId, 'Arn'],
        };
      }),
    });
    const owner = new SchedulerClient({ ...base, endpoint: cloud.endpoints.scheduler });
    const at = '2026-01-01T00:00:00';
    await owner.send(oneTime(cloud, { at, deadLetters: 'DeadLetters' }));
    await eventually(
      () => bodies(sqs, cloud, 'DeadLetters'),
      (seen) => expect(seen).toHaveLength(1),
    );
    expect(said(lines).join('\n')).toMatch(/SchedulerRole\w+ may not sqs:SendMessage on \S+Inbox/);
    await owner.send(oneTime(cloud, { at, queue: 'Work' }));
    await eventually(
      () => said(lines).join('\n'),
      (text) => expect(text).toMatch(/The message is lost/),
    );
    expect(await bodies(sqs, cloud, 'Inbox')).toEqual([]);
  });
});

describe('a rule', () => {
  it('reaches a queue only through the policy of the queue', async () => {
    const { cloud, sqs, lines } = await fixture.start({
      assemblyDir: fixture.assembly((template) => {
        const [statement = {}] = statementsOf(template, 'AWS::SQS::QueuePolicy', 'Inbox');
        statement.Condition = {
          ArnEquals: { 'aws:SourceArn': 'arn:aws:events:us-east-1:000000000000:rule/other' },
        };
      }),
    });
    const connections = new Agent();
    const events = awsClient('events', cloud.endpoints.eventBridge, { connections, key: cloud.credentials });
    const Entries = [{ EventBusName: 'fixture', Source: 'shop', DetailType: 'Order', Detail: '{"id":1}' }];
    expect(await events('PutEvents', { Entries })).toMatchObject({ FailedEntryCount: 0 });
    await connections.close();
    expect(await bodies(sqs, cloud, 'Inbox')).toEqual([]);
    expect(said(lines).join('\n')).toMatch(
      /events\.amazonaws\.com for arn:aws:events:\S+ may not sqs:SendMessage on \S+Inbox.*ArnEquals aws:SourceArn.*does not hold.*missing in the policy of the resource/,
    );
  });
});

describe('the cloud does not start', () => {
  const startWith = (edit: (template: Template) => void) =>
    fixture.start({ assemblyDir: fixture.assembly(edit) });

  it.each(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'])(
    'if the pollers of a queue may not %s with the role of the function',
    async (action) => {
      const start = startWith((template) => {
        for (const statement of statementsOf(template, 'AWS::IAM::Policy', 'WorkFunction')) {
          statement.Action = [statement.Action].flat().filter((one) => one !== action);
        }
      });
      await expect(start).rejects.toMatchObject({
        code: 'permission_missing',
        message: expect.stringMatching(
          new RegExp(`WorkFunctionServiceRole\\w+ .* does not allow ${action} on arn:aws:sqs`),
        ),
      });
    },
  );

  it.each([
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
    'sqs:SendMessage',
  ])('if the pollers of a stream may not %s', async (action) => {
    const start = startWith((template) => {
      for (const statement of statementsOf(template, 'AWS::IAM::Policy', 'RelayFunction')) {
        const rest = [statement.Action].flat().filter((one) => one !== action);
        statement.Action = rest.length > 0 ? rest : 'sns:Publish';
      }
    });
    await expect(start).rejects.toMatchObject({
      code: 'permission_missing',
      message: expect.stringContaining(`does not allow ${action} on `),
    });
  });

  it('if Lambda may not assume the role of a function', async () => {
    const start = startWith((template) => {
      const { AssumeRolePolicyDocument } = resourceOf(template, 'AWS::IAM::Role', 'Tick').properties as {
        AssumeRolePolicyDocument: { Statement: Statement[] };
      };
      AssumeRolePolicyDocument.Statement = [];
    });
    await expect(start).rejects.toThrow(
      /TickFunction\w+: the role TickFunctionServiceRole\w+ does not allow lambda.amazonaws.com/,
    );
  });

  it.each<[what: string, edit: (template: Template) => void, message: RegExp]>([
    [
      'an operator',
      (template) =>
        allow(template, {
          Effect: 'Allow',
          Action: 's3:*',
          Resource: '*',
          Condition: { IpAddress: { 'aws:SourceArn': '1' } },
        }),
      /Given of role MisbehaveFunctionServiceRole\w+, statement 1: the local cloud does not know the condition operator IpAddress\. Use one/,
    ],
    [
      'a condition key in the policy of a queue',
      (template) => {
        const [statement = {}] = statementsOf(template, 'AWS::SQS::QueuePolicy', 'Inbox');
        statement.Condition = { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } };
      },
      /InboxPolicy\w+, statement 1: the local cloud does not know the condition key aws:PrincipalOrgID\. Use one/,
    ],
    [
      'a managed policy',
      (template) => {
        resourceOf(template, 'AWS::IAM::Role', 'Tick').properties.ManagedPolicyArns = [
          'arn:aws:iam::aws:policy/AdministratorAccess',
        ];
      },
      /TickFunctionServiceRole\w+: the local cloud does not know the managed policy .*AdministratorAccess\. Grant the actions/,
    ],
    [
      'a role of somebody else',
      (template) => {
        resourceOf(template, 'AWS::Lambda::Function', 'Tick').properties.Role =
          'arn:aws:iam::000000000000:role/theirs';
      },
      /TickFunction\w+: its role .*theirs is not in the template/,
    ],
    [
      'a permissions boundary',
      (template) => {
        resourceOf(template, 'AWS::IAM::Role', 'Tick').properties.PermissionsBoundary =
          'arn:aws:iam::aws:policy/X';
      },
      /PermissionsBoundary/,
    ],
  ])('on %s that it does not know', async (_, edit, message) => {
    await expect(startWith(edit)).rejects.toMatchObject({
      code: 'unsupported_template',
      message: expect.stringMatching(message),
    });
  });
});
