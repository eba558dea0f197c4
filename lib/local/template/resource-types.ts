/**
 * Four lists that say how the local cloud treats each resource type. A type in none of them is an error. So is a
 * property that is neither honoured (`properties.ts`) nor ignored ({@link IGNORED_PROPERTIES}), unless its type is inert. A
 * template runs locally as it is deployed, or not at all.
 */

/** Types that the local cloud runs as the template describes them. */
const RUNS = [
  'AWS::DynamoDB::Table',
  'AWS::SQS::Queue',
  'AWS::Lambda::Function',
  'AWS::Lambda::Url',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::Events::EventBus',
  'AWS::Events::Rule',
  'AWS::Scheduler::Schedule',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::S3::Bucket',
] as const;

/** Types for which a simpler substitute is used: a key file, a generated value. */
const SUBSTITUTED = ['AWS::KMS::Key', 'AWS::KMS::Alias', 'AWS::SecretsManager::Secret'] as const;

/** Types that say who may do what. The local cloud enforces them. */
const GOVERNS = [
  'AWS::IAM::Role',
  'AWS::IAM::Policy',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::RolePolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::S3::BucketPolicy',
  'AWS::SecretsManager::ResourcePolicy',
] as const;

/** Types that have no effect on one machine. A trailing `*` matches every type with that prefix. */
const INERT = [
  'AWS::Logs::*',
  'AWS::CloudWatch::*',
  'AWS::SNS::Topic',
  'AWS::SNS::Subscription',
  'AWS::Lambda::Permission',
  'AWS::CDK::Metadata',
] as const;

type RunningType = (typeof RUNS)[number];
type SubstitutedType = (typeof SUBSTITUTED)[number];
type GoverningType = (typeof GOVERNS)[number];
/** Types whose properties are read. */
export type ReadType = RunningType | SubstitutedType | GoverningType;

/**
 * Properties that have no effect on one machine: role names, encryption, tags, retention, logging. A property that
 * would change behaviour must not be listed here.
 */
export const IGNORED_PROPERTIES: Readonly<Record<ReadType, readonly string[]>> = {
  'AWS::DynamoDB::Table': [
    'BillingMode',
    'ContributorInsightsSpecification',
    'DeletionProtectionEnabled',
    'PointInTimeRecoverySpecification',
    'SSESpecification',
    'TableClass',
    'Tags',
  ],
  'AWS::SQS::Queue': [
    'KmsDataKeyReusePeriodSeconds',
    'KmsMasterKeyId',
    'RedriveAllowPolicy',
    'SqsManagedSseEnabled',
    'Tags',
  ],
  'AWS::Lambda::Function': [
    'Architectures',
    'Description',
    'EphemeralStorage',
    'KmsKeyArn',
    'LoggingConfig',
    'RuntimeManagementConfig',
    'Tags',
    'TracingConfig',
  ],
  'AWS::Lambda::Url': [],
  'AWS::Lambda::EventInvokeConfig': [],
  // One batch of a shard is processed at a time. With a higher ParallelizationFactor AWS keeps only the order of each
  // item's changes. Here the whole shard stays in order, which is stricter.
  'AWS::Lambda::EventSourceMapping': ['KmsKeyArn', 'MetricsConfig', 'ParallelizationFactor', 'Tags'],
  'AWS::ApiGatewayV2::Api': ['Description', 'DisableExecuteApiEndpoint', 'Tags'],
  'AWS::ApiGatewayV2::Integration': ['Description'],
  'AWS::ApiGatewayV2::Route': ['OperationName'],
  'AWS::ApiGatewayV2::Stage': ['AccessLogSettings', 'AutoDeploy', 'Description', 'Tags'],
  'AWS::Events::EventBus': [
    'Description',
    'Tags',
    'Policy',
    'KmsKeyIdentifier',
    'LogConfig',
    'DeadLetterConfig',
  ],
  'AWS::Events::Rule': ['Description', 'Name', 'RoleArn', 'Tags'],
  'AWS::Scheduler::Schedule': ['Description', 'KmsKeyArn'],
  'AWS::Scheduler::ScheduleGroup': ['Tags'],
  'AWS::S3::Bucket': [
    'BucketEncryption',
    'LifecycleConfiguration',
    'LoggingConfiguration',
    'OwnershipControls',
    'PublicAccessBlockConfiguration',
    'Tags',
    'VersioningConfiguration',
  ],
  'AWS::KMS::Key': [
    'Description',
    'EnableKeyRotation',
    'MultiRegion',
    'PendingWindowInDays',
    'RotationPeriodInDays',
    'Tags',
  ],
  'AWS::KMS::Alias': [],
  'AWS::SecretsManager::Secret': ['Description', 'KmsKeyId', 'ReplicaRegions', 'Tags'],
  'AWS::IAM::Role': ['Description', 'MaxSessionDuration', 'Path', 'Tags'],
  // People and instances have no calls to judge here.
  'AWS::IAM::Policy': ['Groups', 'Users'],
  'AWS::IAM::ManagedPolicy': ['Description', 'Groups', 'Path', 'Users'],
  'AWS::IAM::RolePolicy': [],
  'AWS::SQS::QueuePolicy': [],
  'AWS::SNS::TopicPolicy': [],
  'AWS::S3::BucketPolicy': [],
  'AWS::SecretsManager::ResourcePolicy': ['BlockPublicPolicy'],
};

/** How the local cloud treats a resource type. */
export type Treatment =
  | { readonly kind: 'runs'; readonly type: RunningType }
  | { readonly kind: 'substitute'; readonly type: SubstitutedType }
  | { readonly kind: 'governs'; readonly type: GoverningType }
  | { readonly kind: 'inert' };

/** Returns the list that contains a type; `undefined`: none. */
export function treatmentOf(type: string): Treatment | undefined {
  const runs = RUNS.find((known) => known === type);
  if (runs !== undefined) return { kind: 'runs', type: runs };
  const substituted = SUBSTITUTED.find((known) => known === type);
  if (substituted !== undefined) return { kind: 'substitute', type: substituted };
  const governs = GOVERNS.find((known) => known === type);
  if (governs !== undefined) return { kind: 'governs', type: governs };
  const inert = INERT.some((known) =>
    known.endsWith('*') ? type.startsWith(known.slice(0, -1)) : known === type,
  );
  return inert ? { kind: 'inert' } : undefined;
}
