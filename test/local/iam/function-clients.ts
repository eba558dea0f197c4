import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { LocalCloud, LocalLogLine } from '../../../lib/local/cloud.ts';

/** The credentials of a function, as its code sees them. */
export async function credentialsOf(cloud: LocalCloud, name = 'Misbehave') {
  const { env } = (await cloud.invoke(name, {})) as { readonly env: Record<string, string> };
  return {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
    sessionToken: env.AWS_SESSION_TOKEN ?? '',
  };
}

/** What was refused, for the developer. */
export const said = (lines: readonly LocalLogLine[]) =>
  lines.filter(({ source }) => source === 'iam').map(({ line }) => line);
export const arnOf = (cloud: LocalCloud, name: string, type: string) => cloud.resources.find(name, type).arn;

/** SDK clients with the credentials of the function that may do nothing. */
export async function clientsOfMisbehave(cloud: LocalCloud) {
  const base = { region: 'us-east-1', credentials: await credentialsOf(cloud), maxAttempts: 1 };
  const TableName = cloud.resources.find('Table', 'AWS::DynamoDB::Table').name;
  const QueueUrl = cloud.resources.find('Work', 'AWS::SQS::Queue').url ?? '';
  return {
    base,
    TableName,
    QueueUrl,
    dynamodb: new DynamoDBClient({ ...base, endpoint: cloud.endpoints.dynamodb }),
    sqs: new SQSClient({ ...base, endpoint: cloud.endpoints.sqs }),
    s3: new S3Client({ ...base, endpoint: cloud.endpoints.s3 ?? '' }),
    scheduler: new SchedulerClient({ ...base, endpoint: cloud.endpoints.scheduler }),
    kms: new KMSClient({ ...base, endpoint: cloud.endpoints.kms }),
    secrets: new SecretsManagerClient({ ...base, endpoint: cloud.endpoints.secretsManager }),
  };
}
