import type { AwsCall } from '../aws/aws-client.ts';
import { LocalCloudError } from '../errors.ts';
import { compilePattern } from '../event-sources/pattern.ts';
import type { AsyncInvocation } from '../functions/async-invocation.ts';
import type { Call } from '../iam/callers/caller.ts';
import { sqsCalls } from '../iam/calls/sqs-calls.ts';
import type { Recurrence } from '../scheduler/expressions.ts';
import { readRecurrence } from '../scheduler/expressions.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../template/intrinsics.ts';
import type { JsonObject } from '../template/json-object.ts';
import type { RuleProperties } from '../template/properties.ts';
import type { Resource, Stack } from '../template/stack-resources.ts';
import type { BusEvent, BusRule } from './bus.ts';
import { atPath } from './bus.ts';
import { startRecurring } from './recurring.ts';

/** Interval of all schedules in seconds, or a function that returns it for the logical id of a schedule or its rule. */
export type ScheduleSeconds = number | ((logicalId: string) => number);

export interface RuleSetting {
  readonly stack: Stack;
  functionOf(arn: string): AsyncInvocation | undefined;
  queueUrlOf(arn: string): string | undefined;
  readonly sqs: AwsCall;
  /** Whether the policy of a target lets EventBridge make a call for a rule. */
  permits(ruleArn: string, call: Call): boolean;
  /** Interval that replaces the template's schedules; `undefined`: use the template's. */
  readonly scheduleSeconds: ScheduleSeconds | undefined;
}

type Target = RuleProperties['Targets'][number];

/** Returns the rules with an event pattern. */
export function busRules(setting: RuleSetting): readonly BusRule[] {
  return setting.stack.ofType('AWS::Events::Rule').flatMap((rule) => {
    const { EventPattern: pattern, EventBusName: bus = 'default', State, Targets } = rule.properties;
    if (pattern === undefined || State === 'DISABLED') return [];
    const targets = Targets.map((target) => eventTarget(setting, rule, target));
    return [
      {
        busName: bus.replace(/^.*event-bus\//, ''),
        matches: compilePattern(pattern as JsonObject, `${rule.logicalId}.EventPattern`),
        deliver: async (event: BusEvent) => {
          await Promise.all(targets.map((deliver) => deliver(event)));
        },
      },
    ];
  });
}

function eventTarget(
  setting: RuleSetting,
  { logicalId, physical }: Resource<'AWS::Events::Rule'>,
  target: Target,
): (event: BusEvent) => Promise<void> {
  const inputOf = (event: BusEvent) => {
    if (target.Input !== undefined) return target.Input;
    return JSON.stringify(target.InputPath === undefined ? event : atPath(event, target.InputPath));
  };
  const queueUrl = setting.queueUrlOf(target.Arn);
  if (queueUrl !== undefined) {
    return async (event) => {
      const message = { MessageBody: inputOf(event), ...target.SqsParameters };
      const isPermitted = (url: string) =>
        sqsCalls('SendMessage', { QueueUrl: url }).every((call) => setting.permits(physical.arn, call));
      if (isPermitted(queueUrl)) {
        await setting.sqs('SendMessage', { QueueUrl: queueUrl, ...message });
        return;
      }
      // EventBridge does not retry a delivery that it has no permission for, and reports nothing to the sender of the event.
      const deadLetters = target.DeadLetterConfig && setting.queueUrlOf(target.DeadLetterConfig.Arn);
      if (deadLetters !== undefined && isPermitted(deadLetters)) {
        await setting.sqs('SendMessage', { QueueUrl: deadLetters, ...message });
      }
    };
  }
  const invocation = functionTarget(setting, logicalId, target.Arn);
  return async (event) => {
    invocation.invoke(JSON.parse(inputOf(event)));
  };
}

/** Starts everything that fires on a schedule: rules with a schedule, and schedules of EventBridge Scheduler. */
export function startRecurringRules(setting: RuleSetting): readonly { stop(): Promise<void> }[] {
  const rules = setting.stack.ofType('AWS::Events::Rule').flatMap((rule) => {
    const { ScheduleExpression: expression, State, Targets } = rule.properties;
    if (expression === undefined || State === 'DISABLED') return [];
    const nextAfter = recurrenceOf(setting, expression, rule.logicalId);
    return Targets.map((target) =>
      startRecurring({
        nextAfter,
        target: functionTarget(setting, rule.logicalId, target.Arn),
        event: (at) => (target.Input === undefined ? scheduledEvent(rule, at) : JSON.parse(target.Input)),
      }),
    );
  });
  const schedules = setting.stack.ofType('AWS::Scheduler::Schedule').flatMap(({ logicalId, properties }) => {
    const { ScheduleExpression: expression, State, Target: target } = properties;
    if (State === 'DISABLED') return [];
    const input: unknown = JSON.parse(target.Input ?? '{}');
    return [
      startRecurring({
        nextAfter: recurrenceOf(setting, expression, logicalId),
        target: functionTarget(setting, logicalId, target.Arn),
        event: () => input,
      }),
    ];
  });
  return [...rules, ...schedules];
}

/** Always parses the template's expression: an invalid one must fail here, not first at deployment. */
function recurrenceOf(setting: RuleSetting, expression: string, logicalId: string): Recurrence {
  const recurrence = readRecurrence(expression, logicalId);
  const { scheduleSeconds } = setting;
  if (scheduleSeconds === undefined) return recurrence;
  const seconds = typeof scheduleSeconds === 'number' ? scheduleSeconds : scheduleSeconds(logicalId);
  return (afterMs) => afterMs + seconds * 1000;
}

function functionTarget(setting: RuleSetting, logicalId: string, arn: string): AsyncInvocation {
  const invocation = setting.functionOf(arn);
  if (invocation === undefined) {
    throw new LocalCloudError(
      'unsupported_template',
      `${logicalId}: the local cloud cannot invoke the target ${arn}.`,
    );
  }
  return invocation;
}

function scheduledEvent(rule: Resource<'AWS::Events::Rule'>, at: Date): object {
  return {
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: LOCAL_ACCOUNT,
    time: at.toISOString().replace(/\.\d+Z$/, 'Z'),
    region: LOCAL_REGION,
    resources: [rule.physical.arn],
    detail: {},
  };
}
