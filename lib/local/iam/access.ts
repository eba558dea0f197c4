import type { AccessKey } from '../aws/access-key.ts';
import { LocalCloudError } from '../errors.ts';
import type { Stack } from '../template/stack-resources.ts';
import { assumedRole } from './callers/caller.ts';
import { type Role, readRoles } from './callers/roles.ts';
import { openSession, type Session } from './callers/sessions.ts';
import type { Access } from './guard.ts';
import { policiesOn, readResourcePolicies } from './policies/resource-policies.ts';

/** Roles, policies and credentials of the template. */
export interface StackAccess extends Access {
  /** Finds a role by ARN. */
  role(arn: string): Role | undefined;
  /** Returns the credentials of a function, by its logical id. */
  sessionOfFunction(logicalId: string): Session;
}

/**
 * Reads who may do what from the template, and gives each function credentials of its own.
 * @param key key of the data directory
 * @throws LocalCloudError `unsupported_template` with every policy that cannot be judged
 */
export function readAccess(stack: Stack, key: AccessKey): StackAccess {
  const roles = readRoles(stack);
  const policies = readResourcePolicies(stack);
  const role = (arn: string) => roles.find((one) => one.arn === arn);
  const sessions = new Map(
    stack.ofType('AWS::Lambda::Function').map(({ logicalId, physical, properties }) => {
      const own = role(properties.Role);
      if (own === undefined) throw unknownRole(logicalId, properties.Role);
      return [logicalId, openSession(key, assumedRole(own, physical.name, logicalId))] as const;
    }),
  );
  const byKeyId = new Map([...sessions.values()].map((session) => [session.key.accessKeyId, session]));
  return {
    role,
    sessionOf: (accessKeyId) => byKeyId.get(accessKeyId),
    sessionOfFunction: (logicalId) => {
      const session = sessions.get(logicalId);
      if (session === undefined)
        throw new LocalCloudError('unknown_resource', `There is no function ${logicalId}.`);
      return session;
    },
    policiesOn: (resource) => policiesOn(policies, resource),
  };
}

function unknownRole(logicalId: string, arn: string): LocalCloudError {
  return new LocalCloudError(
    'unsupported_template',
    `${logicalId}: its role ${arn} is not in the template, so the local cloud cannot know what the function may do. ` +
      'Put the role into the template.',
  );
}
