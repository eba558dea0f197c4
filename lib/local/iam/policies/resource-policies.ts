import { collecting } from '../../errors.ts';
import type { Json } from '../../template/json-object.ts';
import type { PhysicalResource } from '../../template/physical.ts';
import type { Stack } from '../../template/stack-resources.ts';
import { readPolicy } from './policy-document.ts';
import { compilePolicies, type PolicySet } from './policy-set.ts';

/** The policy that stands on a resource itself. */
interface Attached {
  readonly target: PhysicalResource | undefined;
  readonly document: Json | undefined;
  readonly at: string;
}

/**
 * Reads the policies of queues, topics, buckets, tables, secrets and keys, by ARN of the resource.
 * @throws LocalCloudError `unsupported_template` with all problems in one message
 */
export function readResourcePolicies(stack: Stack): ReadonlyMap<string, PolicySet> {
  const byArn = Map.groupBy(attachedPolicies(stack), ({ target }) => target?.arn ?? '');
  return new Map(
    collecting(
      [...byArn].map(([arn, attached]) => () => {
        const statements = attached.flatMap(({ document, at }) => readPolicy(document, 'resource', at));
        return [arn, compilePolicies(statements)] as const;
      }),
    ),
  );
}

function attachedPolicies(stack: Stack): readonly Attached[] {
  const find = (reference: string) =>
    stack.physical.find(
      ({ ref, arn, name, type }) => !type.endsWith('Policy') && [ref, arn, name].includes(reference),
    );
  const policies = (references: readonly string[], document: Json | undefined, at: string) =>
    references.map((reference) => ({ target: find(reference), document, at }));
  return [
    ...stack
      .ofType('AWS::SQS::QueuePolicy')
      .flatMap(({ logicalId, properties }) =>
        policies(properties.Queues, properties.PolicyDocument, logicalId),
      ),
    ...stack
      .ofType('AWS::SNS::TopicPolicy')
      .flatMap(({ logicalId, properties }) =>
        policies(properties.Topics, properties.PolicyDocument, logicalId),
      ),
    ...stack
      .ofType('AWS::S3::BucketPolicy')
      .flatMap(({ logicalId, properties }) =>
        policies([properties.Bucket], properties.PolicyDocument, logicalId),
      ),
    ...stack
      .ofType('AWS::SecretsManager::ResourcePolicy')
      .flatMap(({ logicalId, properties }) =>
        policies([properties.SecretId], properties.ResourcePolicy, logicalId),
      ),
    ...stack.ofType('AWS::KMS::Key').map(({ logicalId, physical, properties }) => ({
      target: physical,
      document: properties.KeyPolicy,
      at: `${logicalId}.KeyPolicy`,
    })),
    ...stack
      .ofType('AWS::DynamoDB::Table')
      .filter(({ properties }) => properties.ResourcePolicy !== undefined)
      .map(({ logicalId, physical, properties }) => ({
        target: physical,
        document: properties.ResourcePolicy?.PolicyDocument,
        at: `${logicalId}.ResourcePolicy`,
      })),
  ];
}

/** Finds the policies on a resource. Those of a bucket or table are also about its parts: objects, indexes. */
export function policiesOn(
  policies: ReadonlyMap<string, PolicySet>,
  resource: string,
): PolicySet | undefined {
  if (resource.startsWith('arn:aws:s3:::')) return policies.get(resource.split('/', 1)[0] ?? '');
  return policies.get(resource.replace(/\/(index|stream)\/.*$/, ''));
}
