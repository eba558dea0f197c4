import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DecryptCommand, EncryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { awsClient } from '../../lib/local/aws/aws-client.ts';
import type { LocalCloud } from '../../lib/local/cloud.ts';
import { openScheduleStore } from '../../lib/local/scheduler/schedule-store.ts';
import { openState } from '../../lib/local/storage/state.ts';
import { eventually } from '../support/eventually.ts';
import { useLocalCloud } from './fixture/harness.ts';

const fixture = await useLocalCloud();

const TARGET = 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage';
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19);

function schedule(
  cloud: LocalCloud,
  Name: string,
  options: { at: string; body?: string; queueUrl?: string | undefined },
) {
  return new CreateScheduleCommand({
    Name,
    GroupName: cloud.resources.find('Schedules').name,
    ScheduleExpression: `at(${options.at})`,
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: {
      Arn: TARGET,
      RoleArn: cloud.resources.find('SchedulerRole', 'AWS::IAM::Role').arn,
      Input: JSON.stringify({
        QueueUrl: options.queueUrl ?? cloud.resources.find('Inbox', 'AWS::SQS::Queue').url,
        MessageBody: options.body ?? Name,
        MessageGroupId: 'group',
      }),
    },
  });
}

describe('Scheduler', () => {
  it('sends the message when it is due, with its group, and deletes the schedule', async () => {
    const { cloud, base, sqs } = await fixture.start();
    const scheduler = new SchedulerClient({ ...base, endpoint: cloud.endpoints.scheduler });
    const GroupName = cloud.resources.find('Schedules').name;
    const created = await scheduler.send(schedule(cloud, 'soon', { at: inSeconds(3) }));
    expect(created.ScheduleArn).toBe(`arn:aws:scheduler:us-east-1:000000000000:schedule/${GroupName}/soon`);
    const found = await scheduler.send(new GetScheduleCommand({ Name: 'soon', GroupName }));
    expect(found).toMatchObject({ Name: 'soon', GroupName, ActionAfterCompletion: 'DELETE' });
    const QueueUrl = cloud.resources.find('Inbox', 'AWS::SQS::Queue').url;
    const receive = new ReceiveMessageCommand({
      QueueUrl,
      WaitTimeSeconds: 10,
      MessageSystemAttributeNames: ['All'],
    });
    const [message] = await eventually(
      async () => (await sqs.send(receive)).Messages ?? [],
      (seen) => expect(seen).toHaveLength(1),
    );
    expect(message).toMatchObject({ Body: 'soon', Attributes: { MessageGroupId: 'group' } });
    await eventually(
      () => scheduler.send(new GetScheduleCommand({ Name: 'soon', GroupName })).catch(({ name }) => name),
      (seen) => expect(seen).toBe('ResourceNotFoundException'),
    );
  });

  it('answers a second schedule of a name with a conflict, and lists and deletes', async () => {
    const { cloud, base } = await fixture.start();
    const scheduler = new SchedulerClient({ ...base, endpoint: cloud.endpoints.scheduler });
    const GroupName = cloud.resources.find('Schedules').name;
    const at = inSeconds(3600);
    for (const name of ['a-1', 'a-2', 'b-1']) await scheduler.send(schedule(cloud, name, { at }));
    await expect(scheduler.send(schedule(cloud, 'a-1', { at }))).rejects.toMatchObject({
      name: 'ConflictException',
      $metadata: { httpStatusCode: 409 },
    });
    const first = await scheduler.send(
      new ListSchedulesCommand({ GroupName, NamePrefix: 'a-', MaxResults: 1 }),
    );
    expect(first.Schedules?.map(({ Name }) => Name)).toEqual(['a-1']);
    const second = await scheduler.send(
      new ListSchedulesCommand({ GroupName, NamePrefix: 'a-', NextToken: first.NextToken }),
    );
    expect(second.Schedules?.map(({ Name }) => Name)).toEqual(['a-2']);
    await scheduler.send(new DeleteScheduleCommand({ Name: 'a-1', GroupName }));
    await expect(scheduler.send(new DeleteScheduleCommand({ Name: 'a-1', GroupName }))).rejects.toMatchObject(
      {
        name: 'ResourceNotFoundException',
      },
    );
  });

  it('refuses what it does not do, and groups that the template has not', async () => {
    const { cloud, base } = await fixture.start();
    const scheduler = new SchedulerClient({ ...base, endpoint: cloud.endpoints.scheduler });
    const { input } = schedule(cloud, 'x', { at: inSeconds(60) });
    await expect(
      scheduler.send(new CreateScheduleCommand({ ...input, ScheduleExpression: 'rate(1 hour)' })),
    ).rejects.toMatchObject({ name: 'ValidationException' });
    const Target = { ...input.Target, RetryPolicy: { MaximumRetryAttempts: 186 } } as typeof input.Target;
    await expect(scheduler.send(new CreateScheduleCommand({ ...input, Target }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(
      scheduler.send(new CreateScheduleCommand({ ...input, GroupName: 'no' })),
    ).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('fires what came due while nothing ran, to a queue named by the URL of an earlier run', async () => {
    const dataDir = fixture.newDataDir();
    const first = await fixture.start({ dataDir });
    const queue = first.cloud.resources.find('Inbox', 'AWS::SQS::Queue');
    const { input } = schedule(first.cloud, 'missed', {
      at: '2026-01-01T00:00:00',
      queueUrl: `http://127.0.0.1:1/000000000000/${queue.name}`,
    });
    await first.cloud.stop();
    const state = openState(dataDir);
    const stored = { groupName: 'default', name: 'missed', dueAt: 0, definition: { ...input } };
    expect(openScheduleStore(state).add(stored)).toBe(true);
    state.close();

    const { cloud, sqs } = await fixture.start({ dataDir });
    const QueueUrl = cloud.resources.find('Inbox', 'AWS::SQS::Queue').url;
    const messages = await eventually(
      async () =>
        (await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }))).Messages ?? [],
      (seen) => expect(seen).toHaveLength(1),
    );
    expect(messages.map(({ Body }) => Body)).toEqual(['missed']);
  });
});

describe('KMS', () => {
  it('seals and opens under an encryption context, also after a restart, and not under another', async () => {
    const dataDir = fixture.newDataDir();
    const first = await fixture.start({ dataDir });
    const kms = new KMSClient({ ...first.base, endpoint: first.cloud.endpoints.kms });
    const KeyId = first.cloud.resources.find('Key', 'AWS::KMS::Key').ref;
    const Plaintext = Buffer.from('whsec_secret');
    const EncryptionContext = { merchant: 'm', endpoint: 'e' };
    const sealed = await kms.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext }));
    await first.cloud.stop();

    const { cloud, base } = await fixture.start({ dataDir });
    const again = new KMSClient({ ...base, endpoint: cloud.endpoints.kms });
    const { CiphertextBlob } = sealed;
    const opened = await again.send(
      new DecryptCommand({ CiphertextBlob, EncryptionContext: { endpoint: 'e', merchant: 'm' } }),
    );
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe('whsec_secret');
    expect(opened.KeyId).toBe(cloud.resources.find('Key', 'AWS::KMS::Key').arn);
    for (const context of [{ merchant: 'm', endpoint: 'other' }, undefined]) {
      await expect(
        again.send(new DecryptCommand({ CiphertextBlob, ...(context && { EncryptionContext: context }) })),
      ).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
    }
    expect(statSync(join(dataDir, `kms-${KeyId}.key`)).mode & 0o777).toBe(0o600);
  });

  it('makes data keys, finds keys by alias and ARN, and refuses unknown ones', async () => {
    const { cloud, base } = await fixture.start();
    const kms = new KMSClient({ ...base, endpoint: cloud.endpoints.kms });
    const key = await kms.send(new GenerateDataKeyCommand({ KeyId: 'alias/fixture', KeySpec: 'AES_256' }));
    expect(key.Plaintext).toHaveLength(32);
    const { arn } = cloud.resources.find('Key', 'AWS::KMS::Key');
    const opened = await kms.send(new DecryptCommand({ KeyId: arn, CiphertextBlob: key.CiphertextBlob }));
    expect(opened.Plaintext).toEqual(key.Plaintext);
    await expect(
      kms.send(new EncryptCommand({ KeyId: 'unknown', Plaintext: Buffer.from('x') })),
    ).rejects.toMatchObject({ name: 'NotFoundException' });
  });
});

describe('Secrets Manager', () => {
  it('generates a value by the rules of the template, once', async () => {
    const dataDir = fixture.newDataDir();
    const first = await fixture.start({ dataDir });
    const { arn } = first.cloud.resources.find('Secret');
    const client = new SecretsManagerClient({
      ...first.base,
      endpoint: first.cloud.endpoints.secretsManager,
    });
    const { SecretString, ARN } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    expect(SecretString).toMatch(/^[A-Za-z0-9]{40}$/);
    expect(ARN).toBe(arn);
    expect(first.cloud.secretValue('Secret')).toBe(SecretString);
    await first.cloud.stop();
    const { cloud } = await fixture.start({ dataDir });
    expect(cloud.secretValue('Secret')).toBe(SecretString);
  });
});

describe('EventBridge', () => {
  it('hands events to the rules that they fit', async () => {
    const { cloud, sqs } = await fixture.start();
    const connections = new Agent();
    const events = awsClient('events', cloud.endpoints.eventBridge, {
      connections,
      key: cloud.credentials,
    });
    const put = (entry: object) => {
      const Entries = [{ EventBusName: 'fixture', Source: 'shop', ...entry }];
      return events<{ FailedEntryCount: number }>('PutEvents', { Entries });
    };
    expect(await put({ DetailType: 'Gossip', Detail: '{"id":0}' })).toMatchObject({ FailedEntryCount: 0 });
    expect(await put({ DetailType: 'Order', Detail: '{"id":1}' })).toMatchObject({ FailedEntryCount: 0 });
    expect(await put({ DetailType: 'Order', Detail: 'no JSON' })).toMatchObject({ FailedEntryCount: 1 });
    const QueueUrl = cloud.resources.find('Inbox', 'AWS::SQS::Queue').url;
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['{"id":1}']);
    await connections.close();
  });
});

describe('S3', () => {
  it('keeps objects of the template’s buckets through a restart', async () => {
    const dataDir = fixture.newDataDir();
    const first = await fixture.start({ dataDir });
    const Bucket = first.cloud.resources.find('Statements', 'AWS::S3::Bucket').name;
    const object = { Bucket, Key: '2026/day.csv' };
    const s3 = new S3Client({ ...first.base, endpoint: first.cloud.endpoints.s3 ?? '' });
    await s3.send(new PutObjectCommand({ ...object, Body: 'a,b' }));
    await first.cloud.stop();
    const { cloud, base } = await fixture.start({ dataDir });
    const again = new S3Client({ ...base, endpoint: cloud.endpoints.s3 ?? '' });
    const { Body } = await again.send(new GetObjectCommand(object));
    expect(await Body?.transformToString()).toBe('a,b');
  });
});
