import { z } from 'zod';
import type { ReadType } from './resource-types.ts';

/**
 * The properties that the local cloud honours, by resource type, with CloudFormation's defaults. Objects are strict:
 * a property that is not honoured is rejected by name instead of being ignored.
 */

const json = z.json();
const attributeKey = z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) });
const index = z.strictObject({
  IndexName: z.string(),
  KeySchema: z.array(attributeKey),
  Projection: z.strictObject({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
    NonKeyAttributes: z.array(z.string()).optional(),
  }),
  // Throughput is not limited on one machine.
  ProvisionedThroughput: json.optional(),
  OnDemandThroughput: json.optional(),
  ContributorInsightsSpecification: json.optional(),
});

const table = z.strictObject({
  TableName: z.string().optional(),
  KeySchema: z.array(attributeKey),
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  GlobalSecondaryIndexes: z.array(index).default([]),
  LocalSecondaryIndexes: z.array(index).default([]),
  StreamSpecification: z.strictObject({ StreamViewType: z.string() }).optional(),
  TimeToLiveSpecification: z
    .strictObject({ AttributeName: z.string().optional(), Enabled: z.boolean() })
    .refine(({ AttributeName, Enabled }) => !Enabled || AttributeName !== undefined, 'an attribute is needed')
    .optional(),
  ProvisionedThroughput: json.optional(),
  OnDemandThroughput: json.optional(),
  ResourcePolicy: z.strictObject({ PolicyDocument: json }).optional(),
});

const queue = z.strictObject({
  QueueName: z.string().optional(),
  VisibilityTimeout: z.int().default(30),
  MessageRetentionPeriod: z.int().default(345_600),
  DelaySeconds: z.int().default(0),
  MaximumMessageSize: z.int().default(1_048_576),
  ReceiveMessageWaitTimeSeconds: z.int().default(0),
  RedrivePolicy: z
    .strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number().int().min(1) })
    .optional(),
});

const lambdaFunction = z.strictObject({
  FunctionName: z.string().optional(),
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
  Handler: z.string(),
  Role: z.string(),
  Runtime: z.string().regex(/^nodejs/, 'only nodejs runtimes run locally'),
  PackageType: z.literal('Zip').optional(),
  Timeout: z.int().default(3),
  MemorySize: z.int().default(128),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).optional(),
  ReservedConcurrentExecutions: z.int().optional(),
  RecursiveLoop: z.enum(['Allow', 'Terminate']).default('Terminate'),
});

const functionUrl = z.strictObject({
  // The local cloud checks no signatures of requests to a URL.
  AuthType: z.literal('NONE'),
  TargetFunctionArn: z.string(),
  InvokeMode: z.literal('BUFFERED').default('BUFFERED'),
});

const eventInvokeConfig = z.strictObject({
  FunctionName: z.string(),
  Qualifier: z.literal('$LATEST'),
  MaximumRetryAttempts: z.int().min(0).max(2).default(2),
  MaximumEventAgeInSeconds: z.int().min(60).max(21_600).default(21_600),
});

const filterCriteria = z.strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })) });

const eventSourceMapping = z.strictObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  BatchSize: z.int().min(1).optional(),
  MaximumBatchingWindowInSeconds: z.int().min(0).max(300).default(0),
  TumblingWindowInSeconds: z.int().min(0).max(900).default(0),
  ScalingConfig: z.strictObject({ MaximumConcurrency: z.int().min(2).max(1000) }).optional(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  Enabled: z.boolean().default(true),
  FilterCriteria: filterCriteria.optional(),
  StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST']).optional(),
  BisectBatchOnFunctionError: z.boolean().default(false),
  MaximumRetryAttempts: z.int().min(-1).max(10_000).default(-1),
  MaximumRecordAgeInSeconds: z.int().min(-1).max(604_800).default(-1),
  DestinationConfig: z
    .strictObject({ OnFailure: z.strictObject({ Destination: z.string().regex(/:sqs:/, 'only SQS') }) })
    .optional(),
});

const api = z.strictObject({ Name: z.string(), ProtocolType: z.literal('HTTP') });

const integration = z.strictObject({
  ApiId: z.string(),
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
  TimeoutInMillis: z.int().min(50).max(30_000).default(30_000),
});

const route = z.strictObject({
  ApiId: z.string(),
  RouteKey: z.string(),
  Target: z.string(),
  AuthorizationType: z.literal('NONE').default('NONE'),
});

const routeSettings = z.strictObject({
  ThrottlingBurstLimit: z.int().optional(),
  ThrottlingRateLimit: z.number().optional(),
  DetailedMetricsEnabled: z.boolean().optional(),
});

const stage = z.strictObject({
  ApiId: z.string(),
  StageName: z.string(),
  DefaultRouteSettings: routeSettings.default({}),
  /** By route key. */
  RouteSettings: z.record(z.string(), routeSettings).default({}),
});

const eventBus = z.strictObject({ Name: z.string() });

const rule = z.strictObject({
  EventBusName: z.string().optional(),
  EventPattern: z.record(z.string(), json).optional(),
  ScheduleExpression: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS']).default('ENABLED'),
  Targets: z
    .array(
      z.strictObject({
        Id: z.string(),
        Arn: z.string(),
        Input: z.string().optional(),
        InputPath: z.string().optional(),
        SqsParameters: z.strictObject({ MessageGroupId: z.string() }).optional(),
        // The local bus delivers at once or reports the failure, so there are no retries to limit.
        RetryPolicy: json.optional(),
        DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
        RoleArn: z.string().optional(),
      }),
    )
    .default([]),
});

const schedule = z.strictObject({
  Name: z.string().optional(),
  GroupName: z.string().optional(),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.enum(['UTC', 'Etc/UTC']).default('UTC'),
  FlexibleTimeWindow: z.looseObject({ Mode: z.string() }),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Target: z.strictObject({
    Arn: z.string(),
    Input: z.string().optional(),
    RoleArn: z.string().optional(),
    RetryPolicy: json.optional(),
    DeadLetterConfig: json.optional(),
  }),
});

const secret = z.strictObject({
  Name: z.string().optional(),
  SecretString: z.string().optional(),
  GenerateSecretString: z
    .strictObject({
      PasswordLength: z.int().min(1).max(4096).default(32),
      ExcludeCharacters: z.string().default(''),
      ExcludeLowercase: z.boolean().default(false),
      ExcludeNumbers: z.boolean().default(false),
      ExcludePunctuation: z.boolean().default(false),
      ExcludeUppercase: z.boolean().default(false),
      IncludeSpace: z.boolean().default(false),
      // A generated value is random over the whole alphabet, so it almost certainly contains each type.
      RequireEachIncludedType: z.boolean().optional(),
      GenerateStringKey: z.string().optional(),
      SecretStringTemplate: z.string().optional(),
    })
    .optional(),
});

const names = z.array(z.string()).default([]);

const role = z.strictObject({
  RoleName: z.string().optional(),
  AssumeRolePolicyDocument: json,
  ManagedPolicyArns: names,
  Policies: z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: json })).default([]),
});

/** The schema of the honoured properties of each resource type. */
export const HONOURED_PROPERTIES = {
  'AWS::DynamoDB::Table': table,
  'AWS::SQS::Queue': queue,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Url': functionUrl,
  'AWS::Lambda::EventInvokeConfig': eventInvokeConfig,
  'AWS::Lambda::EventSourceMapping': eventSourceMapping,
  'AWS::ApiGatewayV2::Api': api,
  'AWS::ApiGatewayV2::Integration': integration,
  'AWS::ApiGatewayV2::Route': route,
  'AWS::ApiGatewayV2::Stage': stage,
  'AWS::Events::EventBus': eventBus,
  'AWS::Events::Rule': rule,
  'AWS::Scheduler::Schedule': schedule,
  'AWS::Scheduler::ScheduleGroup': z.strictObject({ Name: z.string().optional() }),
  'AWS::S3::Bucket': z.strictObject({ BucketName: z.string().optional() }),
  'AWS::KMS::Key': z.strictObject({
    KeySpec: z.literal('SYMMETRIC_DEFAULT').default('SYMMETRIC_DEFAULT'),
    KeyUsage: z.literal('ENCRYPT_DECRYPT').default('ENCRYPT_DECRYPT'),
    Enabled: z.literal(true).default(true),
    KeyPolicy: json.optional(),
  }),
  'AWS::KMS::Alias': z.strictObject({ AliasName: z.string(), TargetKeyId: z.string() }),
  'AWS::SecretsManager::Secret': secret,
  'AWS::IAM::Role': role,
  'AWS::IAM::Policy': z.strictObject({ PolicyName: z.string(), PolicyDocument: json, Roles: names }),
  'AWS::IAM::ManagedPolicy': z.strictObject({
    ManagedPolicyName: z.string().optional(),
    PolicyDocument: json,
    Roles: names,
  }),
  'AWS::IAM::RolePolicy': z.strictObject({
    PolicyName: z.string(),
    PolicyDocument: json.optional(),
    RoleName: z.string(),
  }),
  'AWS::SQS::QueuePolicy': z.strictObject({ PolicyDocument: json, Queues: names }),
  'AWS::SNS::TopicPolicy': z.strictObject({ PolicyDocument: json, Topics: names }),
  'AWS::S3::BucketPolicy': z.strictObject({ PolicyDocument: json, Bucket: z.string() }),
  'AWS::SecretsManager::ResourcePolicy': z.strictObject({ ResourcePolicy: json, SecretId: z.string() }),
} as const satisfies Record<ReadType, z.ZodObject>;

export type PropertiesOf<Type extends ReadType> = z.infer<(typeof HONOURED_PROPERTIES)[Type]>;
export type TableProperties = PropertiesOf<'AWS::DynamoDB::Table'>;
export type QueueProperties = PropertiesOf<'AWS::SQS::Queue'>;
export type MappingProperties = PropertiesOf<'AWS::Lambda::EventSourceMapping'>;
export type RuleProperties = PropertiesOf<'AWS::Events::Rule'>;
export type SecretProperties = PropertiesOf<'AWS::SecretsManager::Secret'>;
