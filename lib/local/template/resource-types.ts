/**
 * The three lists: what the local cloud does with each resource type. A type in none of them is an error,
 * and so is a property of a running type that is in none of its lists: what runs locally is what is deployed,
 * or it does not run.
 */

/** Types that the local cloud runs as the template describes them. */
const RUNS = [
  'AWS::DynamoDB::Table',
  'AWS::SQS::Queue',
  'AWS::Lambda::Function',
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

/** Types that something simpler stands in for: a key file, a generated value. */
const STANDS_IN_FOR = ['AWS::KMS::Key', 'AWS::KMS::Alias', 'AWS::SecretsManager::Secret'] as const;

/** Types that change nothing on one machine. A trailing `*` means every type that begins so. */
const INERT = [
  'AWS::IAM::*',
  'AWS::Logs::*',
  'AWS::CloudWatch::*',
  'AWS::SNS::Topic',
  'AWS::SNS::Subscription',
  'AWS::SNS::TopicPolicy',
  'AWS::Lambda::Permission',
  'AWS::SQS::QueuePolicy',
  'AWS::S3::BucketPolicy',
  'AWS::SecretsManager::ResourcePolicy',
  'AWS::CDK::Metadata',
] as const;

export type RunningType = (typeof RUNS)[number];
export type StandInType = (typeof STANDS_IN_FOR)[number];

/**
 * Properties that make no difference on one machine: names of roles, encryption, tags, what is retained and
 * recorded. Anything that would change behaviour must not stand here.
 */
export const IGNORED_PROPERTIES: Readonly<Record<RunningType | StandInType, readonly string[]>> = {
  'AWS::DynamoDB::Table': [
    'BillingMode',
    'ContributorInsightsSpecification',
    'DeletionProtectionEnabled',
    'PointInTimeRecoverySpecification',
    'ResourcePolicy',
    'SSESpecification',
    'TableClass',
    'Tags',
    // Nothing expires on one machine; on AWS expiry takes up to days, so nothing may depend on its moment.
    'TimeToLiveSpecification',
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
    // Chains through queues are not counted here, so none is ended: what AWS allows runs, and what it ends runs too.
    'RecursiveLoop',
    'Role',
    'RuntimeManagementConfig',
    'Tags',
    'TracingConfig',
  ],
  'AWS::Lambda::EventInvokeConfig': [],
  // One batch of a shard is under way at a time. With a higher ParallelizationFactor AWS keeps the order of
  // each item's changes only; here the order of the whole shard is kept, which includes that.
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
    'KeyPolicy',
    'MultiRegion',
    'PendingWindowInDays',
    'RotationPeriodInDays',
    'Tags',
  ],
  'AWS::KMS::Alias': [],
  'AWS::SecretsManager::Secret': ['Description', 'KmsKeyId', 'ReplicaRegions', 'Tags'],
};

export type Treatment =
  | { readonly kind: 'runs'; readonly type: RunningType }
  | { readonly kind: 'stands-in'; readonly type: StandInType }
  | { readonly kind: 'inert' };

/** Which list a type is in; `undefined`: in none. */
export function treatmentOf(type: string): Treatment | undefined {
  const runs = RUNS.find((known) => known === type);
  if (runs !== undefined) return { kind: 'runs', type: runs };
  const standsIn = STANDS_IN_FOR.find((known) => known === type);
  if (standsIn !== undefined) return { kind: 'stands-in', type: standsIn };
  const inert = INERT.some((known) =>
    known.endsWith('*') ? type.startsWith(known.slice(0, -1)) : known === type,
  );
  return inert ? { kind: 'inert' } : undefined;
}
