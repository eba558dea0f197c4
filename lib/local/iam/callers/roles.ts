import { collecting } from '../../errors.ts';
import type { Resource, Stack } from '../../template/stack-resources.ts';
import { managedStatements } from '../policies/managed-policies.ts';
import { readPolicy, type Statement } from '../policies/policy-document.ts';
import { compilePolicies, type PolicySet } from '../policies/policy-set.ts';

/** A role of the template. */
export interface Role {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** Everything that its policies say. */
  readonly policies: PolicySet;
  /** Who may assume it. */
  readonly trust: PolicySet;
}

/**
 * Reads the roles of the template with all policies that are attached to them.
 * @throws LocalCloudError `unsupported_template` with all problems in one message
 */
export function readRoles(stack: Stack): readonly Role[] {
  return collecting(
    stack.ofType('AWS::IAM::Role').map((role) => () => ({
      logicalId: role.logicalId,
      name: role.physical.name,
      arn: role.physical.arn,
      policies: compilePolicies(statementsOf(stack, role)),
      trust: compilePolicies(
        readPolicy(
          role.properties.AssumeRolePolicyDocument,
          'trust',
          `${role.logicalId}.AssumeRolePolicyDocument`,
        ),
      ),
    })),
  );
}

function statementsOf(stack: Stack, role: Resource<'AWS::IAM::Role'>): readonly Statement[] {
  const { logicalId, physical, properties } = role;
  const of = (policy: string) => `${policy} of role ${logicalId}`;
  const inline = properties.Policies.flatMap(({ PolicyName, PolicyDocument }) =>
    readPolicy(PolicyDocument, 'identity', of(PolicyName)),
  );
  const attached = [...stack.ofType('AWS::IAM::Policy'), ...stack.ofType('AWS::IAM::ManagedPolicy')]
    .filter((policy) => policy.properties.Roles.includes(physical.ref))
    .flatMap((policy) => readPolicy(policy.properties.PolicyDocument, 'identity', of(policy.logicalId)));
  const own = stack
    .ofType('AWS::IAM::RolePolicy')
    .filter((policy) => policy.properties.RoleName === physical.ref)
    .flatMap((policy) => readPolicy(policy.properties.PolicyDocument, 'identity', of(policy.logicalId)));
  const templatePolicies = stack.ofType('AWS::IAM::ManagedPolicy').map((policy) => policy.physical.ref);
  const managed = properties.ManagedPolicyArns.filter((arn) => !templatePolicies.includes(arn)).flatMap(
    (arn) => managedStatements(arn, logicalId),
  );
  const byArn = stack
    .ofType('AWS::IAM::ManagedPolicy')
    .filter((policy) => properties.ManagedPolicyArns.includes(policy.physical.ref))
    .flatMap((policy) => readPolicy(policy.properties.PolicyDocument, 'identity', of(policy.logicalId)));
  return [...inline, ...attached, ...own, ...managed, ...byArn];
}
