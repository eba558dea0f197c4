import { LOCAL_ACCOUNT, LOCAL_REGION } from '../template/intrinsics.ts';
import type { Call, RoleSession, ServiceCaller } from './callers/caller.ts';
import type { ConditionKeys } from './policies/condition-keys.ts';
import type { Condition, Principals } from './policies/policy-document.ts';
import type { CompiledStatement, PolicySet, ValuesOf } from './policies/policy-set.ts';

/** Why a call is allowed or refused, in the terms of AWS's own messages. */
export type Verdict =
  | 'allowed'
  | 'explicit-deny-of-identity'
  | 'explicit-deny-of-resource'
  | 'no-identity-policy-allows'
  | 'no-resource-policy-allows';

export interface Decision {
  readonly verdict: Verdict;
  /** The statements that allow or deny the call. Each of them alone would be enough. */
  readonly by: readonly CompiledStatement[];
  /** Statements about this action and resource that do not count, with the first condition that does not hold. */
  readonly missed: readonly MissedStatement[];
}

interface MissedStatement {
  readonly statement: CompiledStatement;
  readonly condition: Condition;
}

/** Those who can be refused something. */
export type Judged = RoleSession | ServiceCaller;

/** The policies that a call is judged by. */
export interface Policies {
  /** Of the caller's role; a service has none. */
  readonly identity: PolicySet | undefined;
  /** On the resource that the call names. */
  readonly resource: PolicySet | undefined;
}

const NONE: readonly CompiledStatement[] = [];
const ROOT = `arn:aws:iam::${LOCAL_ACCOUNT}:root`;

/**
 * Decides a call within one account (IAM user guide, "Policy evaluation for requests within a single account"): an
 * explicit deny wins; otherwise one allow is enough, of the identity or of the resource. KMS and the assumption of a role
 * are stricter: the policy of the key or role must allow it too, and it may leave it to the account's identities.
 */
export function decide(caller: Judged, call: Call, { identity, resource }: Policies): Decision {
  const valuesOf = valuesFor(caller, call);
  const missed: MissedStatement[] = [];
  const holding = (policies: PolicySet | undefined) =>
    (policies?.about(call.action, call.resource) ?? NONE).filter((statement) => {
      const condition = statement.failing(valuesOf);
      if (condition !== undefined) missed.push({ statement, condition });
      return condition === undefined;
    });
  const [ofIdentity, ofResource] = [holding(identity), holding(resource)];
  const decision = (verdict: Verdict, by: readonly CompiledStatement[]): Decision => ({
    verdict,
    by,
    missed,
  });

  const denies = ofIdentity.filter(({ isDeny }) => isDeny);
  if (denies.length > 0) return decision('explicit-deny-of-identity', denies);
  const concerning = ofResource.filter(
    ({ source: { principals } }) => isNamed(principals, caller) || isOfAccount(principals, caller),
  );
  const resourceDenies = concerning.filter(({ isDeny }) => isDeny);
  if (resourceDenies.length > 0) return decision('explicit-deny-of-resource', resourceDenies);

  const direct = concerning.filter(({ source }) => isNamed(source.principals, caller));
  if (direct.length > 0) return decision('allowed', [...direct, ...ofIdentity]);
  if (caller.kind === 'service') return decision('no-resource-policy-allows', NONE);
  // What is left of `concerning` leaves the matter to the account's identities.
  if (isStrict(call.action) && concerning.length === 0) return decision('no-resource-policy-allows', NONE);
  return ofIdentity.length > 0
    ? decision('allowed', ofIdentity)
    : decision('no-identity-policy-allows', NONE);
}

/** Whether a service needs an allow of the resource's own policy, beside that of the identity. */
function isStrict(action: string): boolean {
  return action.startsWith('kms:') || action === 'sts:AssumeRole';
}

/** Whether principals of a statement are, or contain, the caller itself. */
function isNamed(principals: Principals | undefined, caller: Judged): boolean {
  if (principals === undefined || principals.isEveryone) return true;
  if (caller.kind === 'service') return principals.services.includes(caller.name);
  return principals.aws.includes(caller.arn) || principals.aws.includes(caller.role.arn);
}

/** Whether the account is the principal: its identities may do what their own policies allow. */
function isOfAccount(principals: Principals | undefined, caller: Judged): boolean {
  return (
    caller.kind === 'role' && principals?.aws.some((one) => one === ROOT || one === LOCAL_ACCOUNT) === true
  );
}

/** The condition keys of a request: its own, those of its caller, and those that every request has. */
function valuesFor(caller: Judged, { keys = {} }: Call): ValuesOf {
  return (key) => keys[key] ?? callerValues(caller, key) ?? COMMON[key] ?? timeOf(key);
}

/** Policies demand TLS. The loopback interface, on which everything listens, counts as such. */
const COMMON: ConditionKeys = { 'aws:SecureTransport': ['true'], 'aws:RequestedRegion': [LOCAL_REGION] };

function callerValues(caller: Judged, key: string): readonly string[] | undefined {
  const isService = caller.kind === 'service';
  switch (key) {
    case 'aws:PrincipalIsAWSService':
      return [String(isService)];
    case 'aws:PrincipalServiceName':
      return isService ? [caller.name] : undefined;
    case 'aws:SourceArn':
      return isService ? [caller.sourceArn] : undefined;
    case 'aws:SourceAccount':
      return isService ? [LOCAL_ACCOUNT] : undefined;
    case 'aws:PrincipalArn':
      return isService ? undefined : [caller.role.arn];
    case 'aws:PrincipalAccount':
      return isService ? undefined : [LOCAL_ACCOUNT];
    case 'aws:PrincipalType':
      return isService ? undefined : ['AssumedRole'];
    default:
      return undefined;
  }
}

function timeOf(key: string): readonly string[] | undefined {
  if (key === 'aws:CurrentTime') return [new Date().toISOString()];
  return key === 'aws:EpochTime' ? [String(Math.floor(Date.now() / 1000))] : undefined;
}
