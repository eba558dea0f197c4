import { collecting, LocalCloudError } from '../../errors.ts';
import type { Json, JsonObject } from '../../template/json-object.ts';
import { isObject } from '../../template/json-object.ts';
import { canonicalKey, isMultivalued, knownKeys } from './condition-keys.ts';
import { compileOperator, isForSets, knownOperators } from './condition-operators.ts';
import { isArn } from './glob.ts';

/** A list of patterns, or everything except it (`NotAction`, `NotResource`). */
export interface Patterns {
  readonly patterns: readonly string[];
  readonly isExcluding: boolean;
}

/** One operator on one key. */
export interface Condition {
  readonly operator: string;
  /** In canonical spelling. */
  readonly key: string;
  readonly values: readonly string[];
}

/** The principals that a statement of a resource policy names. */
export interface Principals {
  readonly isEveryone: boolean;
  /** ARNs and account ids. */
  readonly aws: readonly string[];
  /** Service principals such as `scheduler.amazonaws.com`. */
  readonly services: readonly string[];
}

/** A statement whose intrinsics are resolved and whose every element is known. */
export interface Statement {
  /** Where it stands, for people: `QueuePolicy, statement 2 (AllowRule)`. */
  readonly at: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Patterns;
  /** `undefined` in a trust policy, which stands for its own role. */
  readonly resources: Patterns | undefined;
  /** `undefined` in the policy of an identity. */
  readonly principals: Principals | undefined;
  readonly conditions: readonly Condition[];
}

/** What a policy is attached to. It decides which elements a statement must have. */
export type PolicyKind = 'identity' | 'resource' | 'trust';

const VERSIONS: readonly unknown[] = ['2012-10-17', '2008-10-17', undefined];
const ACTION = /^(\*|[A-Za-z0-9-]+:[A-Za-z*?]+[A-Za-z0-9*?]*)$/;

/**
 * Reads a policy document.
 * @param at where the document stands, for error messages
 * @throws LocalCloudError `unsupported_template` for anything that is not known: it could allow or deny in silence
 */
export function readPolicy(document: Json | undefined, kind: PolicyKind, at: string): readonly Statement[] {
  if (!isObject(document)) return unsupported(at, 'the policy document is not an object');
  const { Version, Id: _id, Statement: statements, ...others } = document;
  if (!VERSIONS.includes(Version))
    unsupported(at, `the local cloud does not know policy version ${text(Version)}`);
  refuseOthers(others, at);
  if (statements === undefined) unsupported(at, 'Statement is missing');
  return collecting(
    listOf(statements).map(
      (statement, index) => () => readStatement(statement, kind, `${at}, statement ${index + 1}`),
    ),
  );
}

function readStatement(statement: Json, kind: PolicyKind, place: string): Statement {
  if (!isObject(statement)) return unsupported(place, 'the statement is not an object');
  const {
    Sid,
    Effect,
    Action,
    NotAction,
    Resource,
    NotResource,
    Principal,
    Condition: conditions,
    ...others
  } = statement;
  const at = Sid === undefined ? place : `${place} (${text(Sid)})`;
  if (others.NotPrincipal !== undefined) {
    unsupported(
      at,
      'the local cloud does not know NotPrincipal. Use Principal with a condition on aws:PrincipalArn',
    );
  }
  refuseOthers(others, at);
  if (Effect !== 'Allow' && Effect !== 'Deny')
    unsupported(at, `Effect must be Allow or Deny, not ${text(Effect)}`);
  if ((Principal === undefined) !== (kind === 'identity')) {
    unsupported(at, kind === 'identity' ? 'a policy of a role has no Principal' : 'Principal is missing');
  }
  if (kind === 'trust' && (Resource ?? NotResource) !== undefined)
    unsupported(at, 'a trust policy has no Resource');
  const actions = readPatterns({ Action, NotAction }, at);
  for (const action of actions.patterns) {
    if (!ACTION.test(action)) unsupported(at, `${action} is not an action such as sqs:SendMessage`);
  }
  return {
    at,
    effect: Effect === 'Deny' ? 'Deny' : 'Allow',
    actions,
    resources: kind === 'trust' ? undefined : readResources({ Resource, NotResource }, at),
    principals: Principal === undefined ? undefined : readPrincipals(Principal, at),
    conditions: readConditions(conditions, at),
  };
}

function readResources(members: JsonObject, at: string): Patterns {
  const resources = readPatterns(members, at);
  for (const pattern of resources.patterns) {
    refuseVariables(pattern, at);
    if (pattern !== '*' && !isArn(pattern))
      unsupported(at, `the resource ${pattern} is neither * nor an ARN of six parts`);
  }
  return resources;
}

/** Reads the one of two members that is present: `Action` or `NotAction`. */
function readPatterns(members: JsonObject, at: string): Patterns {
  const present = Object.entries(members).filter(([, value]) => value !== undefined);
  const [first] = present;
  if (first === undefined || present.length > 1) {
    return unsupported(at, `exactly one of ${Object.keys(members).join(' and ')} is needed`);
  }
  const [name, value] = first;
  if (listOf(value).length === 0) unsupported(at, `${name} is an empty list`);
  return {
    patterns: listOf(value).map((one) => string(one, `${at}: ${name}`)),
    isExcluding: name.startsWith('Not'),
  };
}

function readPrincipals(value: Json, at: string): Principals {
  if (value === '*') return { isEveryone: true, aws: [], services: [] };
  if (!isObject(value)) return unsupported(at, `the local cloud does not know the principal ${text(value)}`);
  const { AWS, Service, ...others } = value;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    unsupported(at, `the local cloud does not know principals of the kind ${other}, only AWS and Service`);
  }
  const aws = listOf(AWS).map((one) => string(one, `${at}: Principal.AWS`));
  const odd = aws.find((one) => one !== '*' && !/^\d{12}$/.test(one) && (!isArn(one) || /[*?]/.test(one)));
  if (odd !== undefined)
    unsupported(at, `the principal ${odd} is neither *, nor an account id, nor an ARN without wildcards`);
  return {
    isEveryone: aws.includes('*'),
    aws,
    services: listOf(Service).map((one) => string(one, `${at}: Principal.Service`)),
  };
}

function readConditions(value: Json | undefined, at: string): readonly Condition[] {
  if (value === undefined) return [];
  if (!isObject(value)) return unsupported(at, 'Condition is not an object');
  return Object.entries(value).flatMap(([operator, keys]) => {
    if (compileOperator(operator, []) === undefined) {
      unsupported(
        at,
        `the local cloud does not know the condition operator ${operator}. Use one that it knows (${knownOperators}), ` +
          'or teach lib/local/iam/policies/condition-operators.ts',
      );
    }
    if (!isObject(keys)) return unsupported(at, `the condition ${operator} is not an object`);
    return Object.entries(keys).map(([name, values]) => readCondition({ operator, name, values }, at));
  });
}

interface RawCondition {
  readonly operator: string;
  readonly name: string;
  readonly values: Json | undefined;
}

function readCondition({ operator, name, values }: RawCondition, at: string): Condition {
  const key = canonicalKey(name);
  if (key === undefined) {
    return unsupported(
      at,
      `the local cloud does not know the condition key ${name}. Use one that its requests carry (${knownKeys}), or teach ` +
        'lib/local/iam/policies/condition-keys.ts and the file of its service in lib/local/iam/calls',
    );
  }
  if (isMultivalued(key) && !isForSets(operator)) {
    unsupported(
      at,
      `${key} can have several values. Use ForAllValues:${operator} or ForAnyValue:${operator}`,
    );
  }
  const wanted = listOf(values).map((one) => string(one, `${at}: ${name}`));
  for (const one of wanted) refuseVariables(one, at);
  return { operator, key, values: wanted };
}

function refuseVariables(value: string, at: string): void {
  if (value.includes('${')) {
    unsupported(at, `the local cloud does not know the policy variable in ${value}. Write the value itself`);
  }
}

function refuseOthers(others: JsonObject, at: string): void {
  const [other] = Object.keys(others);
  if (other !== undefined)
    unsupported(at, `the local cloud does not know the policy element ${other}. Take it out`);
}

function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as Json];
}

function string(value: Json, at: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  return unsupported(at, `${text(value)} is not a text`);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function unsupported(at: string, what: string): never {
  throw new LocalCloudError('unsupported_template', `${at}: ${what}.`);
}
