import {
  assumedRole,
  type Call,
  type RoleSession,
  type ServiceCaller,
} from '../../../lib/local/iam/callers/caller.ts';
import { type Decision, decide } from '../../../lib/local/iam/decision.ts';
import { readPolicy } from '../../../lib/local/iam/policies/policy-document.ts';
import { compilePolicies, type PolicySet } from '../../../lib/local/iam/policies/policy-set.ts';
import type { Json } from '../../../lib/local/template/json-object.ts';

export const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:work';
export const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/things';
export const KEY = 'arn:aws:kms:us-east-1:000000000000:key/seal';
const ROLE = { logicalId: 'Role', name: 'role', arn: 'arn:aws:iam::000000000000:role/role' };

/** The policies of a role, from their statements. */
export function identity(...statements: readonly Json[]): PolicySet {
  return compilePolicies(readPolicy({ Version: '2012-10-17', Statement: statements }, 'identity', 'Policy'));
}

/** The policies on a resource, from their statements. */
export function onResource(...statements: readonly Json[]): PolicySet {
  return compilePolicies(
    readPolicy({ Version: '2012-10-17', Statement: statements }, 'resource', 'ResourcePolicy'),
  );
}

/** A session of a role with these policies. */
export function session(policies: PolicySet = identity()): RoleSession {
  return assumedRole({ ...ROLE, policies, trust: compilePolicies([]) }, 'function', 'Function');
}

export const EVENTS: ServiceCaller = {
  kind: 'service',
  name: 'events.amazonaws.com',
  sourceArn: 'arn:aws:events:us-east-1:000000000000:rule/arrivals',
};

/** Decides a call of a role. */
export function judge(call: Call, policies: PolicySet, resource?: PolicySet): Decision {
  return decide(session(policies), call, { identity: policies, resource });
}
