import { AwsFault } from '../aws/aws-fault.ts';
import type { AwsInput, RestRequest, RestService } from '../aws/aws-server.ts';
import { listSchedulesCall, scheduleCalls } from '../iam/calls/scheduler-calls.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../template/intrinsics.ts';
import { isObject, jsonTextOf } from '../template/json-object.ts';
import { readAt } from './expressions.ts';
import { readRetryPolicy } from './retry-policy.ts';
import type { ScheduleStore, StoredSchedule } from './schedule-store.ts';

/** The only supported target. No other target can set a message group on a standard queue. */
const SEND_MESSAGE_TARGET = 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage';

const NAME = /^[0-9a-zA-Z-_.]{1,64}$/;
const PAGE_MAX = 100;
const PATH = /^\/schedules(?:\/([^/]+))?$/;

type ScheduleRequest = Pick<RestRequest, 'method' | 'url' | 'input'>;

export interface SchedulerOptions {
  readonly store: ScheduleStore;
  /** The template's groups; if it has none, only `default` exists. */
  readonly groups: ReadonlySet<string>;
  /** Whether Scheduler can assume the role of a schedule's target. */
  canAssume(roleArn: string, groupName: string): boolean;
  /** Called after a schedule was added, since it may be due before all others. */
  onChange(): void;
}

/**
 * EventBridge Scheduler's API for one-time schedules that send to SQS and are deleted after completion. Rejects every
 * other request and names what is not supported.
 */
export function schedulerService({ store, groups, canAssume, onChange }: SchedulerOptions): RestService {
  return {
    route: ({ method, url, input }) => {
      const path = PATH.exec(url.pathname);
      if (path === null) return undefined;
      if (path[1] === undefined) {
        return method === 'GET' ? { calls: [listSchedulesCall()], run: () => list(store, url) } : undefined;
      }
      const name = decodeURIComponent(path[1]);
      const run = operation({ method, url, input }, name);
      return run && { calls: callsOf({ method, url, input }, name), run };
    },
  };

  function operation({ method, url, input }: ScheduleRequest, name: string): (() => unknown) | undefined {
    const group = url.searchParams.get('groupName') ?? 'default';
    switch (method) {
      case 'POST':
        return () => create(name, input);
      case 'GET':
        return () => get(store, group, name);
      case 'DELETE':
        return () => remove(group, name);
      default:
        return undefined;
    }
  }

  function remove(group: string, name: string): object {
    if (!store.remove(group, name)) throw notFound(name);
    return {};
  }

  function create(name: string, input: AwsInput): object {
    const groupName = String(input.GroupName ?? 'default');
    if (groupName !== 'default' && !groups.has(groupName)) {
      throw new AwsFault('ResourceNotFoundException', `Schedule group ${groupName} does not exist.`, 404);
    }
    const schedule: StoredSchedule = { groupName, name, dueAt: checkedDueAt(name, input), definition: input };
    if (!canAssume(roleOf(input) ?? '', groupName)) {
      throw new AwsFault(
        'ValidationException',
        'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
      );
    }
    if (!store.add(schedule)) {
      throw new AwsFault('ConflictException', `Schedule ${name} already exists.`, 409);
    }
    onChange();
    return { ScheduleArn: arnOf(schedule) };
  }
}

function callsOf({ method, url, input }: ScheduleRequest, name: string) {
  const groupName = String(
    method === 'POST' ? (input.GroupName ?? 'default') : (url.searchParams.get('groupName') ?? 'default'),
  );
  return scheduleCalls({ method, groupName, name, roleArn: roleOf(input) });
}

/** The role of a schedule's target. */
export function roleOf({ Target }: Readonly<Record<string, unknown>>): string | undefined {
  const { RoleArn } = (Target ?? {}) as { readonly RoleArn?: unknown };
  return typeof RoleArn === 'string' ? RoleArn : undefined;
}

function checkedDueAt(name: string, input: AwsInput): number {
  const target = (input.Target ?? {}) as Readonly<Record<string, unknown>>;
  const refuse = (message: string) => new AwsFault('ValidationException', message);
  if (!NAME.test(name))
    throw refuse('The name must be 1 to 64 letters, digits, hyphens, underscores or dots.');
  const dueAt = readAt(String(input.ScheduleExpression));
  if (dueAt === undefined)
    throw refuse('The local scheduler takes one-time expressions only: at(yyyy-mm-ddThh:mm:ss).');
  if (!['UTC', undefined].includes(input.ScheduleExpressionTimezone as string | undefined)) {
    throw refuse('The local scheduler takes UTC only.');
  }
  if (input.FlexibleTimeWindow === undefined) throw refuse('FlexibleTimeWindow is required.');
  if (input.ActionAfterCompletion !== 'DELETE')
    throw refuse('The local scheduler needs ActionAfterCompletion DELETE.');
  if (target.Arn !== SEND_MESSAGE_TARGET)
    throw refuse(`The local scheduler delivers to ${SEND_MESSAGE_TARGET} only.`);
  if (typeof target.RoleArn !== 'string') throw refuse('Target.RoleArn is required.');
  if (readRetryPolicy(target) === undefined) {
    throw refuse(
      'Target.RetryPolicy takes MaximumRetryAttempts from 0 to 185 and MaximumEventAgeInSeconds from 60 to 86400.',
    );
  }
  const message = readJson(target.Input);
  if (message === undefined || message.QueueUrl === undefined || message.MessageBody === undefined) {
    throw refuse('Target.Input must be JSON with QueueUrl and MessageBody.');
  }
  return dueAt;
}

function get(store: ScheduleStore, groupName: string, name: string): object {
  const schedule = store.find(groupName, name);
  if (schedule === undefined) throw notFound(name);
  const { ClientToken: _token, ...definition } = schedule.definition;
  return { State: 'ENABLED', ...definition, Name: name, GroupName: groupName, Arn: arnOf(schedule) };
}

/** The token of the next page is the last name of this page. */
function list(store: ScheduleStore, url: URL): object {
  const limit = Math.min(Number(url.searchParams.get('MaxResults') ?? PAGE_MAX), PAGE_MAX);
  const page = store.list(
    url.searchParams.get('ScheduleGroup') ?? 'default',
    url.searchParams.get('NamePrefix') ?? '',
    url.searchParams.get('NextToken') ?? '',
    limit,
  );
  const last = page.at(-1);
  return {
    Schedules: page.map((schedule) => ({
      Arn: arnOf(schedule),
      GroupName: schedule.groupName,
      Name: schedule.name,
      State: 'ENABLED',
      Target: { Arn: SEND_MESSAGE_TARGET },
    })),
    ...(page.length === limit && last !== undefined ? { NextToken: last.name } : {}),
  };
}

/** Parses the JSON object of a target's input; `undefined` if it is not one. */
export function readJson(text: unknown): Readonly<Record<string, unknown>> | undefined {
  const value = jsonTextOf(String(text));
  return isObject(value) ? value : undefined;
}

function arnOf({ groupName, name }: StoredSchedule): string {
  return `arn:aws:scheduler:${LOCAL_REGION}:${LOCAL_ACCOUNT}:schedule/${groupName}/${name}`;
}

function notFound(name: string): AwsFault {
  return new AwsFault('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
}
