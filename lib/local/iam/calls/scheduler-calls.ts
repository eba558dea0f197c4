import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../template/intrinsics.ts';
import type { Call } from '../callers/caller.ts';

export const SCHEDULER = 'scheduler.amazonaws.com';

const ACTIONS: Readonly<Record<string, string>> = {
  POST: 'CreateSchedule',
  GET: 'GetSchedule',
  DELETE: 'DeleteSchedule',
  PUT: 'UpdateSchedule',
};

/** A request of Scheduler's REST API on one schedule. */
export interface ScheduleRequest {
  readonly method: string;
  readonly groupName: string;
  readonly name: string;
  /** The role that the schedule's target is called with. */
  readonly roleArn: string | undefined;
}

/** What a request on a schedule does. Naming a role in it passes the role to Scheduler. */
export function scheduleCalls({ method, groupName, name, roleArn }: ScheduleRequest): readonly Call[] {
  return [
    { action: `scheduler:${ACTIONS[method] ?? method}`, resource: arnOf(`schedule/${groupName}/${name}`) },
    ...(roleArn === undefined
      ? []
      : [{ action: 'iam:PassRole', resource: roleArn, keys: { 'iam:PassedToService': [SCHEDULER] } }]),
  ];
}

export function listSchedulesCall(): Call {
  return { action: 'scheduler:ListSchedules', resource: arnOf('schedule/*/*') };
}

/** For Scheduler, the group is the resource for which it assumes a role (EventBridge Scheduler guide, "Confused deputy"). */
export function groupArn(groupName: string): string {
  return arnOf(`schedule-group/${groupName}`);
}

function arnOf(rest: string): string {
  return `arn:aws:scheduler:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${rest}`;
}
