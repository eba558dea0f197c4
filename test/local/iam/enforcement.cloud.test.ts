import { BatchGetItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { EncryptCommand } from '@aws-sdk/client-kms';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient as Sqs } from '@aws-sdk/client-sqs';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { awsClient } from '../../../lib/local/aws/aws-client.ts';
import type { LocalCloud } from '../../../lib/local/cloud.ts';
import { resourceOf, useLocalCloud } from '../fixture/harness.ts';
import { allow, type Template } from './edited-policies.ts';
import { arnOf, clientsOfMisbehave, credentialsOf, said } from './function-clients.ts';
import { oneTime } from './one-time-schedule.ts';

const fixture = await useLocalCloud();

async function askAsMisbehave(edit: (template: Template) => void = () => {}) {
  const started = await fixture.start({ assemblyDir: fixture.assembly(edit) });
  return { ...started, ...(await clientsOfMisbehave(started.cloud)) };
}

const thing = (pk: string) => ({ pk: { S: pk }, sk: { S: 'THING' } });

describe('a function without permissions', () => {
  it('is refused by every service as AWS refuses, so that the SDK throws its own error', async () => {
    const { cloud, dynamodb, sqs, s3, scheduler, kms, secrets, TableName, QueueUrl, lines } =
      await askAsMisbehave();
    const role = cloud.resources.find('MisbehaveFunctionServiceRole', 'AWS::IAM::Role');
    const fn = cloud.resources.find('MisbehaveFunction', 'AWS::Lambda::Function');
    const user = `arn:aws:sts::000000000000:assumed-role/${role.name}/${fn.name}`;
    const table = arnOf(cloud, 'Table', 'AWS::DynamoDB::Table');
    const put = dynamodb.send(new PutItemCommand({ TableName, Item: thing('T#1') }));
    await expect(put).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: ${user} is not authorized to perform: dynamodb:PutItem on resource: ${table} because no identity-based policy allows the dynamodb:PutItem action`,
      $metadata: { httpStatusCode: 400 },
    });
    const queue = arnOf(cloud, 'Work', 'AWS::SQS::Queue');
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
    const KeyId = arnOf(cloud, 'Key', 'AWS::KMS::Key');
    const refused = { name: 'AccessDeniedException' };
    await expect(kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }))).rejects.toMatchObject(
      refused,
    );
    const SecretId = arnOf(cloud, 'Secret', 'AWS::SecretsManager::Secret');
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
