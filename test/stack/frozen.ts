import type { Properties } from './synthesized-template.ts';

interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Properties;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** What must not change of a resource, or CloudFormation deletes it or puts an empty one in its place. */
export interface FrozenResource {
  readonly type: string;
  /** Whether it is kept when the stack lets go of it. */
  readonly isRetained?: boolean;
  readonly properties?: Properties;
}

/**
 * Types whose logical ids are frozen, with the properties whose change replaces the resource (CloudFormation's
 * reference, "Update requires: Replacement"), and those whose change loses data in another way: a new
 * `GenerateSecretString` makes a new secret, a changed index is built anew.
 *
 * The types without properties are here because a second one cannot stand beside the first: CloudFormation creates under
 * the new id before it deletes under the old one, which fails, or which takes the new one away again.
 */
const FROZEN: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': [
    'TableName',
    'KeySchema',
    'AttributeDefinitions',
    'LocalSecondaryIndexes',
    'GlobalSecondaryIndexes',
    'StreamSpecification',
    'ImportSourceSpecification',
  ],
  'AWS::KMS::Key': ['KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'],
  'AWS::SecretsManager::Secret': ['Name', 'GenerateSecretString', 'SecretString'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::SQS::QueuePolicy': ['Queues'],
  'AWS::S3::Bucket': ['BucketName', 'BucketNamePrefix', 'ObjectLockEnabled'],
  'AWS::S3::BucketPolicy': ['Bucket'],
  'AWS::SNS::Topic': ['TopicName', 'FifoTopic'],
  'AWS::SNS::TopicPolicy': ['Topics'],
  'AWS::Scheduler::ScheduleGroup': ['Name'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::Lambda::Function': ['FunctionName', 'PackageType'],
  'AWS::Lambda::EventInvokeConfig': ['FunctionName', 'Qualifier'],
  'AWS::Lambda::EventSourceMapping': [
    'EventSourceArn',
    'StartingPosition',
    'StartingPositionTimestamp',
    'SelfManagedEventSource',
  ],
  'AWS::IAM::Role': ['RoleName', 'Path'],
  'AWS::Events::Rule': ['Name', 'EventBusName'],
  'AWS::ApiGatewayV2::Api': ['ProtocolType'],
  'AWS::ApiGatewayV2::Stage': ['ApiId', 'StageName'],
  'AWS::ApiGatewayV2::Route': ['ApiId', 'RouteKey'],
  'AWS::ApiGatewayV2::Integration': ['ApiId'],
};

/** Types that may come and go: they keep nothing, and a new one may stand beside the old one. */
const FREE: readonly string[] = [
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::IAM::Policy',
  'AWS::Lambda::Permission',
  'AWS::Logs::MetricFilter',
];

/** Whether a type is in one of the lists above: every type must be. */
export const isSorted = (type: string): boolean => type in FROZEN || FREE.includes(type);

/** What must not change of a template's resources, by logical id. */
export function freeze(
  resources: Readonly<Record<string, TemplateResource>>,
): Readonly<Record<string, FrozenResource>> {
  return Object.fromEntries(
    Object.entries(resources)
      .filter(([, { Type }]) => Type in FROZEN)
      .map(([id, resource]) => [id, freezeOne(resource)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function freezeOne({ Type, Properties = {}, DeletionPolicy, UpdateReplacePolicy }: TemplateResource) {
  const names = FROZEN[Type]?.filter((name) => Properties[name] !== undefined) ?? [];
  const properties = Object.fromEntries(names.map((name) => [name, Properties[name]]));
  const isRetained = DeletionPolicy === 'Retain' && UpdateReplacePolicy === 'Retain';
  return {
    type: Type,
    ...(isRetained && { isRetained }),
    ...(names.length > 0 && { properties }),
  };
}

/** Indexes of a frozen table, by name. */
export function indexesOf({ properties }: FrozenResource): ReadonlyMap<string, Properties> {
  const indexes: readonly Properties[] = properties?.GlobalSecondaryIndexes ?? [];
  return new Map(indexes.map((index) => [index.IndexName, index]));
}

/**
 * A resource of today without what a release may add to it: indexes of a table, with the attributes that they need, and
 * that it is retained.
 */
export function withoutAdditions(today: FrozenResource, frozen: FrozenResource): FrozenResource {
  const { isRetained, properties, ...rest } = today;
  const known = indexesOf(frozen);
  const attributes = new Set(
    (frozen.properties?.AttributeDefinitions ?? []).map(({ AttributeName }: Properties) => AttributeName),
  );
  return {
    ...rest,
    ...(isRetained && frozen.isRetained && { isRetained }),
    ...(properties !== undefined && {
      properties: {
        ...properties,
        ...(properties.GlobalSecondaryIndexes && {
          GlobalSecondaryIndexes: [...indexesOf(today).values()].filter(({ IndexName }) =>
            known.has(IndexName),
          ),
        }),
        ...(properties.AttributeDefinitions && {
          AttributeDefinitions: properties.AttributeDefinitions.filter(({ AttributeName }: Properties) =>
            attributes.has(AttributeName),
          ),
        }),
      },
    }),
  };
}
