import type { TemplateResource } from './assembly.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from './intrinsics.ts';

/** The names and addresses of a resource once it exists. */
export interface PhysicalResource {
  readonly logicalId: string;
  readonly type: string;
  readonly constructPath: string | undefined;
  readonly name: string;
  readonly arn: string;
  /** Address for requests: a queue's URL, an API's address. */
  readonly url: string | undefined;
  /** Result of `Ref`. */
  readonly ref: string;
  /** Results of `Fn::GetAtt`, by attribute. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Addresses that are known before any resource is created. */
export interface Addresses {
  readonly sqs: string;
  readonly api: string;
}

const NAME_PROPERTIES = [
  'TableName',
  'QueueName',
  'FunctionName',
  'TopicName',
  'BucketName',
  'LogGroupName',
  'RoleName',
  'AlarmName',
  'AliasName',
  'StageName',
  'Name',
];

/**
 * Names a resource as CloudFormation would, but identically in every run: `<stack>-<logicalId>`. A name longer than
 * 80 characters, the limit of a queue name, is cut on the left, since the logical id's hash is at its end.
 */
export function describePhysical(
  resource: TemplateResource,
  stackName: string,
  addresses: Addresses,
): PhysicalResource {
  const { logicalId, type, properties } = resource;
  const given = NAME_PROPERTIES.map((property) => properties[property]).find(
    (value) => typeof value === 'string',
  );
  const name = typeof given === 'string' ? given : `${stackName}-${logicalId}`.slice(-80).replace(/^-+/, '');
  const identity = identify(
    { type, logicalId, name: type === 'AWS::S3::Bucket' ? name.toLowerCase() : name },
    addresses,
  );
  return { logicalId, type, constructPath: resource.constructPath, ...identity };
}

type Identity = Omit<PhysicalResource, 'logicalId' | 'type' | 'constructPath'>;

interface NamedResource {
  readonly type: string;
  readonly logicalId: string;
  readonly name: string;
}

function identify({ type, logicalId, name }: NamedResource, addresses: Addresses): Identity {
  const arnOf = (service: string, rest: string) =>
    `arn:aws:${service}:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${rest}`;
  const named = (arn: string, more: Readonly<Record<string, string>> = {}): Identity => ({
    name,
    arn,
    url: undefined,
    ref: name,
    attributes: { Arn: arn, ...more },
  });
  switch (type) {
    case 'AWS::DynamoDB::Table': {
      const arn = arnOf('dynamodb', `table/${name}`);
      return named(arn, { StreamArn: `${arn}/stream/local` });
    }
    case 'AWS::SQS::Queue': {
      const arn = arnOf('sqs', name);
      const url = `${addresses.sqs}/${LOCAL_ACCOUNT}/${name}`;
      return { ...named(arn, { QueueName: name, QueueUrl: url }), url, ref: url };
    }
    case 'AWS::Lambda::Function':
      return named(arnOf('lambda', `function:${name}`));
    case 'AWS::Lambda::Url':
      return {
        ...named(arnOf('lambda', `url:${name}`), { FunctionUrl: `${addresses.api}/` }),
        url: addresses.api,
        ref: logicalId,
      };
    case 'AWS::ApiGatewayV2::Api':
      return {
        ...named(arnOf('apigateway', `/apis/${logicalId}`), { ApiId: logicalId, ApiEndpoint: addresses.api }),
        url: addresses.api,
        ref: logicalId,
      };
    case 'AWS::Events::Rule':
      return named(arnOf('events', `rule/${name}`));
    case 'AWS::Events::EventBus':
      return named(arnOf('events', `event-bus/${name}`), { Name: name });
    case 'AWS::Scheduler::ScheduleGroup':
      return named(arnOf('scheduler', `schedule-group/${name}`));
    case 'AWS::Scheduler::Schedule':
      return named(arnOf('scheduler', `schedule/default/${name}`));
    case 'AWS::S3::Bucket':
      return named(`arn:aws:s3:::${name}`, {
        DomainName: `${name}.s3.amazonaws.com`,
        RegionalDomainName: `${name}.s3.${LOCAL_REGION}.amazonaws.com`,
      });
    case 'AWS::KMS::Key':
      return { ...named(arnOf('kms', `key/${logicalId}`), { KeyId: logicalId }), ref: logicalId };
    case 'AWS::SecretsManager::Secret': {
      const arn = arnOf('secretsmanager', `secret:${name}`);
      return { ...named(arn, { Id: arn }), ref: arn };
    }
    case 'AWS::SNS::Topic': {
      const arn = arnOf('sns', name);
      return { ...named(arn, { TopicArn: arn, TopicName: name }), ref: arn };
    }
    case 'AWS::IAM::Role':
      return named(`arn:aws:iam::${LOCAL_ACCOUNT}:role/${name}`, { RoleId: logicalId });
    case 'AWS::Logs::LogGroup':
      return named(`${arnOf('logs', `log-group:${name}`)}:*`);
    case 'AWS::CloudWatch::Alarm':
      return named(arnOf('cloudwatch', `alarm:${name}`));
    default:
      return {
        ...named(arnOf('local', `${type}/${name}`)),
        ref: isReferencedByLogicalId(type) ? logicalId : name,
      };
  }
}

/**
 * Whether `Ref` gives the logical id. API Gateway's parts refer to each other by opaque ids, so the logical id can
 * serve.
 */
function isReferencedByLogicalId(type: string): boolean {
  return type === 'AWS::ApiGatewayV2::Integration' || type === 'AWS::ApiGatewayV2::Route';
}
