import { LOCAL_ACCOUNT } from '../../template/intrinsics.ts';
import type { ConditionKeys } from '../policies/condition-keys.ts';
import type { Role } from './roles.ts';

/** What a request wants to do. One request may consist of several calls: a transaction writes and checks items. */
export interface Call {
  /** Such as `sqs:SendMessage`. */
  readonly action: string;
  /** ARN of the resource, or `*` for actions without one. */
  readonly resource: string;
  readonly keys?: ConditionKeys;
}

/** Who makes a request. */
export type Caller =
  /** The owner of the data directory, and the local cloud's own parts. They may do everything. */
  { readonly kind: 'administrator' } | RoleSession | ServiceCaller;

/** A role that somebody has assumed: a function, or Scheduler. */
export interface RoleSession {
  readonly kind: 'role';
  readonly role: Role;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>` */
  readonly arn: string;
  /** Log source: the logical id of the function or `scheduler`. */
  readonly source: string;
}

/** An AWS service that acts by itself for one resource. Only resource policies can allow it anything. */
export interface ServiceCaller {
  readonly kind: 'service';
  /** Such as `events.amazonaws.com`. */
  readonly name: string;
  /** The resource for which it acts, such as the ARN of a rule. */
  readonly sourceArn: string;
}

export const ADMINISTRATOR: Caller = { kind: 'administrator' };

export function assumedRole(role: Role, sessionName: string, source: string): RoleSession {
  const arn = `arn:aws:sts::${LOCAL_ACCOUNT}:assumed-role/${role.name}/${sessionName}`;
  return { kind: 'role', role, arn, source };
}
