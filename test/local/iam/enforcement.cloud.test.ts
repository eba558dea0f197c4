import { BatchGetItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { EncryptCommand } from '@aws-sdk/client-kms';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient as Sqs } from '@aws-sdk/client-sqs';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { awsClient } from '../../../lib/local/aws/aws-client.ts';
import type { LocalCloud } from '../../../lib/local/cloud.ts';
import { eventually } from '../../support/eventually.ts';
import { resourceOf } from '../fixture/harness.ts';
import {
  allow,
  arn,
  askAsMisbehave,
  bodies,
  credentialsOf,
  fixture,
  oneTime,
  type Statement,
  said,
  statementsOf,
  type Template,
  thing,
} from './iam-cloud.ts';

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
