import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AnyPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** The services that store what the key encrypts. They use it for callers of this account who may use the service. */
const STORES = ['dynamodb', 's3', 'sqs', 'secretsmanager'];
const USE = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'];

/**
 * The one key for everything that is stored: $1 a month. A principal that may use the table, a queue or the bucket may use
 * the key through that service, as with a key that AWS manages, so the functions need no further grants.
 */
export function createCustomerKey(scope: Construct, removalPolicy: RemovalPolicy): Key {
  const { account, region, urlSuffix } = Stack.of(scope);
  const key = new Key(scope, 'DataKey', {
    description: 'Encrypts what the service stores.',
    enableKeyRotation: true,
    removalPolicy,
  });
  const allow = (sid: string, statement: Pick<PolicyStatementOf, 'principals' | 'actions' | 'conditions'>) =>
    key.addToResourcePolicy(new PolicyStatement({ sid, resources: ['*'], ...statement }));
  allow('ThroughTheStores', {
    principals: [new AnyPrincipal()],
    actions: [...USE, 'kms:CreateGrant'],
    conditions: {
      StringEquals: {
        'kms:CallerAccount': account,
        'kms:ViaService': STORES.map((store) => `${store}.${region}.${urlSuffix}`),
      },
    },
  });
  allow('AlarmsReachTheTopic', {
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    conditions: { StringEquals: { 'aws:SourceAccount': account } },
  });
  allow('EventsReachTheIntake', {
    principals: [new ServicePrincipal('events.amazonaws.com')],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    conditions: { StringEquals: { 'aws:SourceAccount': account } },
  });
  allow('Logs', {
    principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
    actions: USE,
    conditions: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': Stack.of(scope).formatArn({ service: 'logs', resource: '*' }),
      },
    },
  });
  return key;
}

type PolicyStatementOf = NonNullable<ConstructorParameters<typeof PolicyStatement>[0]>;
