import { Stack } from 'aws-cdk-lib';
import { type IGrantable, type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import type { Lanes } from './lanes.ts';

/** Schedules put messages back into the lanes when a queue cannot delay them for long enough. */
export interface Schedules {
  /** The name of their group. */
  readonly group: string;
  /** What Scheduler acts as. */
  readonly role: IRole;
  /** Lets a function create schedules of this group that act by this role. */
  grantCreate(grantee: IGrantable): void;
}

export function createSchedules(scope: Construct, lanes: Lanes): Schedules {
  const group = new CfnScheduleGroup(scope, 'Schedules').ref;
  const arnOf = (resource: 'schedule' | 'schedule-group', resourceName: string) =>
    Stack.of(scope).formatArn({ service: 'scheduler', resource, resourceName });
  // Scheduler may do one thing: put messages into the lanes of what waits, for schedules of this group.
  const role = new Role(scope, 'SchedulerRole', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: {
        StringEquals: {
          'aws:SourceAccount': Stack.of(scope).account,
          'aws:SourceArn': arnOf('schedule-group', group),
        },
      },
    }),
  });
  for (const queue of [lanes.retry, lanes.check, lanes.dead]) queue.grantSendMessages(role);
  return {
    group,
    role,
    grantCreate: ({ grantPrincipal }) => {
      grantPrincipal.addToPrincipalPolicy(
        new PolicyStatement({
          actions: ['scheduler:CreateSchedule'],
          resources: [arnOf('schedule', `${group}/*`)],
        }),
      );
      role.grantPassRole(grantPrincipal);
    },
  };
}
