import { AwsFault } from '../aws/aws-fault.ts';
import type { Call } from './callers/caller.ts';
import type { Decision, Judged, Verdict } from './decision.ts';
import type { Condition } from './policies/policy-document.ts';

const FORBIDDEN = 403;
const BAD_REQUEST = 400;
/** Services whose message names the action in lower case. */
const LOWER_CASE_ACTIONS: readonly string[] = ['sqs'];

const BECAUSE: Readonly<Record<Exclude<Verdict, 'allowed'>, (action: string) => string>> = {
  'explicit-deny-of-identity': () => 'with an explicit deny in an identity-based policy',
  'explicit-deny-of-resource': () => 'with an explicit deny in a resource-based policy',
  'no-identity-policy-allows': (action) => `because no identity-based policy allows the ${action} action`,
  'no-resource-policy-allows': (action) => `because no resource-based policy allows the ${action} action`,
};

/** The fault with which AWS refuses a call, in the words of its own message. */
export function accessDenied(callerArn: string, call: Call, verdict: Exclude<Verdict, 'allowed'>): AwsFault {
  const [service = ''] = call.action.split(':');
  const action = LOWER_CASE_ACTIONS.includes(service) ? call.action.toLowerCase() : call.action;
  const resource = service === 's3' ? `"${call.resource}"` : call.resource;
  return new AwsFault(
    'AccessDeniedException',
    `User: ${callerArn} is not authorized to perform: ${action} on resource: ${resource} ${BECAUSE[verdict](action)}`,
    ['s3', 'sqs', 'scheduler', 'iam'].includes(service) ? FORBIDDEN : BAD_REQUEST,
  );
}

/** One line for the developer: who may not do what, which statement comes nearest, and which one is missing. */
export function explain(caller: Judged, call: Call, { verdict, by, missed }: Decision): string {
  const who =
    caller.kind === 'role' ? `role ${caller.role.logicalId}` : `${caller.name} for ${caller.sourceArn}`;
  const head = `AccessDenied: ${who} may not ${call.action} on ${call.resource}${shownKeys(call)}`;
  if (verdict.startsWith('explicit-deny'))
    return `${head}: denied by ${by.map(({ source }) => source.at).join('; ')}`;
  const nearest = missed
    .filter(({ statement }) => !statement.isDeny)
    .map(
      ({ statement, condition }) =>
        `${statement.source.at} does not count: ${shown(condition)} does not hold`,
    );
  const where =
    verdict === 'no-identity-policy-allows' ? 'the policy of the role' : 'the policy of the resource';
  const missing = JSON.stringify({
    Effect: 'Allow',
    ...(caller.kind === 'service' && { Principal: { Service: caller.name } }),
    Action: call.action,
    Resource: call.resource,
  });
  return [`${head}: no statement allows it`, ...nearest, `missing in ${where}: ${missing}`].join('. ');
}

function shownKeys({ keys = {} }: Call): string {
  const shownOnes = Object.entries(keys).map(([key, values]) => `${key}: ${values.join(', ')}`);
  return shownOnes.length === 0 ? '' : ` (${shownOnes.join('; ')})`;
}

function shown({ operator, key, values }: Condition): string {
  return `${operator} ${key} [${values.join(', ')}]`;
}
