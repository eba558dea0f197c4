import { LocalCloudError } from '../errors.ts';
import type { Stack } from '../template/stack-resources.ts';
import type { StackAccess } from './access.ts';
import type { Call, ServiceCaller } from './callers/caller.ts';
import type { Role } from './callers/roles.ts';
import { decide } from './decision.ts';
import type { Guard } from './guard.ts';

/** What Lambda's pollers do with a function's role; Lambda refuses to create the mapping without it. */
const QUEUE_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const STREAM_ACTIONS = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'];

/**
 * Makes the checks with which AWS refuses to create resources: Lambda must be able to assume the role of each function,
 * and its pollers must be able to read each event source with it.
 * @throws LocalCloudError `permission_missing` with all problems in one message
 */
export function checkDeployment(stack: Stack, access: StackAccess, guard: Guard): void {
  const problems = [...unassumable(stack, access), ...unreadable(stack, access, guard)];
  if (problems.length === 0) return;
  throw new LocalCloudError(
    'permission_missing',
    `${problems.join('\n')}\nAWS refuses to create these resources. Add the statements to the template.`,
  );
}

function unassumable(stack: Stack, access: StackAccess): readonly string[] {
  return stack.ofType('AWS::Lambda::Function').flatMap(({ logicalId, physical, properties }) => {
    const role = access.role(properties.Role);
    const lambda = { kind: 'service', name: 'lambda.amazonaws.com', sourceArn: physical.arn } as const;
    if (role !== undefined && canAssume(lambda, role)) return [];
    return [
      `${logicalId}: the role ${role?.logicalId} does not allow lambda.amazonaws.com to assume it (sts:AssumeRole).`,
    ];
  });
}

/** Whether a service can assume a role, by the role's trust policy. */
export function canAssume(service: ServiceCaller, role: Role): boolean {
  const call = { action: 'sts:AssumeRole', resource: role.arn };
  return decide(service, call, { identity: undefined, resource: role.trust }).verdict === 'allowed';
}

function unreadable(stack: Stack, access: StackAccess, guard: Guard): readonly string[] {
  return stack.ofType('AWS::Lambda::EventSourceMapping').flatMap(({ logicalId, properties }) => {
    const fn = stack
      .ofType('AWS::Lambda::Function')
      .find(({ physical }) => [physical.arn, physical.name].includes(properties.FunctionName));
    if (fn === undefined) return [];
    const { caller } = access.sessionOfFunction(fn.logicalId);
    return pollerCalls(properties.EventSourceArn, properties.DestinationConfig?.OnFailure.Destination)
      .filter((call) => !guard.permits(caller, call))
      .map(
        ({ action, resource }) =>
          `${logicalId}: the role ${caller.role.logicalId} of ${fn.logicalId} does not allow ${action} on ${resource}, ` +
          'which the pollers of its event source need.',
      );
  });
}

function pollerCalls(source: string, destination: string | undefined): readonly Call[] {
  const onSource = (actions: readonly string[]) => actions.map((action) => ({ action, resource: source }));
  return [
    ...(source.includes(':sqs:') ? onSource(QUEUE_ACTIONS) : onSource(STREAM_ACTIONS)),
    ...(source.includes(':dynamodb:') ? [{ action: 'dynamodb:ListStreams', resource: '*' }] : []),
    ...(destination === undefined ? [] : [{ action: 'sqs:SendMessage', resource: destination }]),
  ];
}
