import type { StackAccess } from '../iam/access.ts';
import { assumedRole, type Call } from '../iam/callers/caller.ts';
import { groupArn, SCHEDULER } from '../iam/calls/scheduler-calls.ts';
import type { Guard } from '../iam/guard.ts';
import { canAssume } from '../iam/start-checks.ts';

/** What Scheduler may do with the roles of schedules. */
export interface SchedulerAccess {
  /** Whether the trust policy of a role lets Scheduler assume it for schedules of a group. */
  canAssume(roleArn: string, groupName: string): boolean;
  /** Whether a role may call a schedule's target. */
  permits(roleArn: string, scheduleName: string, call: Call): boolean;
}

/** For a cloud that judges nothing. */
export const EVERYTHING_PERMITTED: SchedulerAccess = { canAssume: () => true, permits: () => true };

export function schedulerAccess(access: StackAccess, guard: Guard): SchedulerAccess {
  return {
    canAssume(roleArn, groupName) {
      const role = access.role(roleArn);
      const scheduler = { kind: 'service', name: SCHEDULER, sourceArn: groupArn(groupName) } as const;
      return role !== undefined && canAssume(scheduler, role);
    },
    permits(roleArn, scheduleName, call) {
      const role = access.role(roleArn);
      return role !== undefined && guard.permits(assumedRole(role, scheduleName, 'scheduler'), call);
    },
  };
}
