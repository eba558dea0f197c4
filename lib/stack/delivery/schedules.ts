import { Stack } from 'aws-cdk-lib';
import { type IGrantable, type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Construct, IConstruct } from 'constructs';
import { accept, acceptInlinePolicy } from '../accepted-findings.ts';
import type { Lanes } from '../service-parts.ts';

/** Schedules put messages back into the lanes after delays that are too long for a queue. */
export interface Schedules {
  /** The name of the schedule group. */
  readonly group: string;
  /** The role that Scheduler assumes. */
  readonly role: IRole;
  /** Allows a function to create schedules in this group that use this role. */
  grantCreate(grantee: IGrantable & IConstruct): void;
}

export function createSchedules(scope: Construct, lanes: Lanes): Schedules {
  const resource = new CfnScheduleGroup(scope, 'Schedules');
  const { ref: group } = resource;
  const logicalId = Stack.of(scope).getLogicalId(resource);
  const arnOf = (resource: 'schedule' | 'schedule-group', resourceName: string) =>
    Stack.of(scope).formatArn({ service: 'scheduler', resource, resourceName });
  // Scheduler may only send messages to these queues, and only for schedules of this group.
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
  acceptInlinePolicy(role);
  for (const queue of [lanes.retry, lanes.check, lanes.dead]) queue.grant(role, 'sqs:SendMessage');
  return {
    group,
    role,
    grantCreate: (grantee) => {
      const { grantPrincipal } = grantee;
      grantPrincipal.addToPrincipalPolicy(
        new PolicyStatement({
          actions: ['scheduler:CreateSchedule'],
          resources: [arnOf('schedule', `${group}/*`)],
        }),
      );
      role.grantPassRole(grantPrincipal);
      const named = `arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/<${logicalId}>/*`;
      accept(grantee, {
        [`AwsSolutions-IAM5[Resource::${named}]`]: 'It may create schedules of any name, in this group only.',
      });
    },
  };
}
