import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ReceiveMessageCommand, type SQSClient, SQSClient as Sqs } from '@aws-sdk/client-sqs';
import type { LocalCloud, LocalLogLine } from '../../../lib/local/cloud.ts';
import { resourceOf, useLocalCloud } from '../fixture/harness.ts';

export const fixture = await useLocalCloud();
export type Template = Parameters<NonNullable<Parameters<typeof fixture.assembly>[0]>>[0];
export type Statement = Record<string, unknown>;

/** The statements of a policy, to be changed. */
export function statementsOf(template: Template, type: string, prefix: string): Statement[] {
  const { PolicyDocument } = resourceOf(template, type, prefix).properties as {
    PolicyDocument: { Statement: Statement[] };
  };
  return PolicyDocument.Statement;
}

/** Gives the function that does nothing a policy of its own. */
export function allow(template: Template, ...Statement: object[]): void {
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
export async function credentialsOf(cloud: LocalCloud, name = 'Misbehave') {
  const { env } = (await cloud.invoke(name, {})) as { readonly env: Record<string, string> };
  return {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
    sessionToken: env.AWS_SESSION_TOKEN ?? '',
  };
}

export const said = (lines: readonly LocalLogLine[]) =>
  lines.filter(({ source }) => source === 'iam').map(({ line }) => line);
export const arn = (cloud: LocalCloud, name: string, type: string) => cloud.resources.find(name, type).arn;

export async function askAsMisbehave(edit: (template: Template) => void = () => {}) {
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

export const thing = (pk: string) => ({ pk: { S: pk }, sk: { S: 'THING' } });

export function oneTime(
  cloud: LocalCloud,
  changes: { queue?: string; at?: string; deadLetters?: string } = {},
) {
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

export async function bodies(sqs: SQSClient, cloud: LocalCloud, queue: string) {
  const QueueUrl = cloud.resources.find(queue, 'AWS::SQS::Queue').url;
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return Messages.map(({ Body }) => Body);
}
