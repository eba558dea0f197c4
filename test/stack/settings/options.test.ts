import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ORIGIN_HEADER } from '../../../lib/settings.ts';
import type { NotificationServiceProps } from '../../../lib/stack/settings/props.ts';
import { TidingsStack } from '../../../lib/stack/tidings-stack.ts';
import { listed, type Properties } from '../synthesized-template.ts';

const domain = {
  domainName: 'tidings.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/abc',
};
const webAclArn = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/tidings/abc';

const templateOf = (service: NotificationServiceProps) =>
  Template.fromStack(new TidingsStack(new App(), 'Tidings', { service }));
const outputsOf = (template: Template): Properties => template.toJSON().Outputs;
const propertiesOf = (template: Template, type: string): readonly Properties[] =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties);

describe('a domain name', () => {
  it('is the address of the API, and the outputs say where its DNS record points', () => {
    const template = templateOf(domain);
    template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: domain.domainName,
      DomainNameConfigurations: [Match.objectLike({ SecurityPolicy: 'TLS_1_2' })],
    });
    template.resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 1);
    expect(outputsOf(template).ApiUrl.Value).toBe('https://tidings.example.com');
    expect(JSON.stringify(outputsOf(template).ApiDomainTarget.Value)).toContain('RegionalDomainName');
  });
});

describe('a web ACL', () => {
  it('is on a CloudFront distribution that caches nothing, because an HTTP API takes none', () => {
    const template = templateOf({ webAclArn });
    const [{ DistributionConfig: config } = {}] = propertiesOf(template, 'AWS::CloudFront::Distribution');
    expect(config).toMatchObject({ WebACLId: webAclArn, Enabled: true });
    expect(config.DefaultCacheBehavior).toMatchObject({
      ViewerProtocolPolicy: 'https-only',
      // Managed policies: CachingDisabled, AllViewerExceptHostHeader.
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
    });
    expect(JSON.stringify(outputsOf(template).ApiUrl.Value)).toContain('Distribution');
  });

  it('cannot be gone around: CloudFront sends what every function of the API asks for', () => {
    const template = templateOf({ webAclArn, ...domain });
    const [{ DistributionConfig: config } = {}] = propertiesOf(template, 'AWS::CloudFront::Distribution');
    const [origin] = config.Origins;
    const [header] = origin.OriginCustomHeaders;
    expect(header.HeaderName).toBe(ORIGIN_HEADER);
    const asking = propertiesOf(template, 'AWS::Lambda::Function')
      .map(({ Environment }) => Environment?.Variables.TIDINGS_ORIGIN_SECRET)
      .filter((value) => value !== undefined);
    // Those of the API, and the console, which sends it with its own requests.
    expect(asking).toHaveLength(6);
    for (const value of asking) expect(value).toEqual(header.HeaderValue);
    expect(config.Aliases).toEqual([domain.domainName]);
    expect(outputsOf(template).ApiUrl.Value).toBe('https://tidings.example.com');
  });
});

describe('fixed egress', () => {
  const template = templateOf({ fixedEgress: true });

  it('lets the functions that call out leave by a NAT gateway with an address of its own in each zone', () => {
    template.resourceCountIs('AWS::EC2::NatGateway', 2);
    for (const { AllocationId } of propertiesOf(template, 'AWS::EC2::NatGateway')) {
      expect(JSON.stringify(AllocationId)).toContain('EgressAddress');
    }
    template.allResources('AWS::EC2::EIP', { DeletionPolicy: 'Retain' });
    const inside = Object.entries(template.findResources('AWS::Lambda::Function'))
      .filter(([, { Properties }]) => Properties.VpcConfig !== undefined)
      .map(([id]) => /^Tidings(\w+?)[0-9A-F]{8}$/.exec(id)?.[1]);
    expect(inside.sort()).toEqual(['Check', 'Deliver', 'TestRequest']);
    expect(outputsOf(template).EgressAddresses.Value['Fn::Join'][1]).toHaveLength(3);
  });

  it('reaches DynamoDB by the free endpoint, and no port but those of callbacks', () => {
    const endpoints = propertiesOf(template, 'AWS::EC2::VPCEndpoint');
    expect(endpoints.map(({ VpcEndpointType }) => VpcEndpointType)).toEqual(['Gateway']);
    const [group] = propertiesOf(template, 'AWS::EC2::SecurityGroup');
    expect(group?.SecurityGroupEgress.map(({ FromPort }: Properties) => FromPort)).toEqual([443, 8443]);
  });

  it('takes one zone, and endpoints for every service that the functions call', () => {
    const other = templateOf({ fixedEgress: true, egressZones: 1, privateEndpoints: true });
    other.resourceCountIs('AWS::EC2::NatGateway', 1);
    const names = propertiesOf(other, 'AWS::EC2::VPCEndpoint').map(
      ({ ServiceName }) => /\.(\w+)"?\]*}?$/.exec(JSON.stringify(ServiceName))?.[1],
    );
    expect(names.sort()).toEqual(['dynamodb', 'kms', 'scheduler', 'secretsmanager', 'sqs']);
  });
});

describe('a customer key', () => {
  const template = templateOf({ customerKey: true });
  const [keyId = ''] = Object.keys(
    template.findResources('AWS::KMS::Key', {
      Properties: { Description: Match.stringLikeRegexp('stores') },
    }),
  );
  const isKey = (value: unknown) => JSON.stringify(value ?? '').includes(keyId);

  it('encrypts everything that is stored', () => {
    expect(keyId).toMatch(/^TidingsDataKey/);
    for (const { SSESpecification } of propertiesOf(template, 'AWS::DynamoDB::Table')) {
      expect(isKey(SSESpecification.KMSMasterKeyId)).toBe(true);
    }
    for (const { KmsMasterKeyId } of propertiesOf(template, 'AWS::SQS::Queue')) {
      expect(isKey(KmsMasterKeyId)).toBe(true);
    }
    for (const { BucketEncryption } of propertiesOf(template, 'AWS::S3::Bucket')) {
      expect(isKey(BucketEncryption)).toBe(true);
    }
    for (const { KmsMasterKeyId } of propertiesOf(template, 'AWS::SNS::Topic')) {
      expect(isKey(KmsMasterKeyId)).toBe(true);
    }
    for (const { KmsKeyId } of propertiesOf(template, 'AWS::SecretsManager::Secret')) {
      expect(isKey(KmsKeyId)).toBe(true);
    }
    for (const { KmsKeyId } of propertiesOf(template, 'AWS::Logs::LogGroup'))
      expect(isKey(KmsKeyId)).toBe(true);
  });

  it('lets CloudWatch publish alarms and EventBridge send events, of this account only', () => {
    const statements = template.toJSON().Resources[keyId].Properties.KeyPolicy
      .Statement as readonly Properties[];
    for (const service of ['cloudwatch', 'events']) {
      const allowed = statements.filter(({ Principal }) => Principal.Service === `${service}.amazonaws.com`);
      expect(allowed).toHaveLength(1);
      expect(listed(allowed[0]?.Action)).toEqual(['kms:Decrypt', 'kms:GenerateDataKey*']);
      expect(allowed[0]?.Condition).toEqual({
        StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
      });
    }
  });
});

describe('log retention', () => {
  it('is that of every log', () => {
    for (const { RetentionInDays } of propertiesOf(
      templateOf({ logRetentionDays: 400 }),
      'AWS::Logs::LogGroup',
    )) {
      expect(RetentionInDays).toBe(400);
    }
  });
});

it('a stack that nobody named an option for has none of them', () => {
  const template = templateOf({});
  for (const type of ['AWS::EC2::VPC', 'AWS::CloudFront::Distribution', 'AWS::ApiGatewayV2::DomainName']) {
    template.resourceCountIs(type, 0);
  }
});
