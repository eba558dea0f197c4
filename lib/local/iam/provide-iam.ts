import type { AccessKey } from '../aws/access-key.ts';
import type { Signer } from '../aws/authentication.ts';
import type { Log } from '../logging/log.ts';
import {
  EVERYTHING_PERMITTED,
  type SchedulerAccess,
  schedulerAccess,
} from '../scheduler/scheduler-access.ts';
import type { Stack } from '../template/stack-resources.ts';
import { readAccess } from './access.ts';
import { ADMINISTRATOR, type Call, type Caller } from './callers/caller.ts';
import type { OpenGuard } from './guard.ts';
import { checkDeployment } from './start-checks.ts';

/** Who acts with which credentials, and what services may do by themselves. */
export interface ProvidedIam {
  /** Returns the credentials of a function, by logical id. */
  signerOf(logicalId: string): Signer;
  /** Returns as whom a function acts, by logical id. */
  callerOf(logicalId: string): Caller;
  readonly scheduling: SchedulerAccess;
  /** Whether EventBridge may make a call for a rule. */
  permitsRule(ruleArn: string, call: Call): boolean;
}

export interface IamSetting {
  readonly stack: Stack;
  /** Key of the data directory. */
  readonly key: AccessKey;
  readonly guard: OpenGuard;
  /** Whether everybody may do everything, with the key of the data directory. */
  readonly isUnjudged: boolean;
  readonly log: Log;
}

/**
 * Lets the guard judge by the policies of the template.
 * @throws LocalCloudError `unsupported_template` for policies that cannot be judged, `permission_missing` for what AWS
 * would refuse to create
 */
export function provideIam({ stack, key, guard, isUnjudged, log }: IamSetting): ProvidedIam {
  const access = readAccess(stack, key);
  guard.govern(access);
  if (isUnjudged) {
    log({ source: 'iam', stream: 'event', line: 'IAM is not enforced: every function may do everything.' });
    return {
      signerOf: () => ({ key }),
      callerOf: () => ADMINISTRATOR,
      scheduling: EVERYTHING_PERMITTED,
      permitsRule: () => true,
    };
  }
  checkDeployment(stack, access, guard);
  return {
    signerOf: access.sessionOfFunction,
    callerOf: (logicalId) => access.sessionOfFunction(logicalId).caller,
    scheduling: schedulerAccess(access, guard),
    permitsRule: (sourceArn, call) =>
      guard.permits({ kind: 'service', name: 'events.amazonaws.com', sourceArn }, call),
  };
}

/** Credentials as Lambda puts them into the environment of a function. */
export function credentialVariables({ key, sessionToken }: Signer): Readonly<Record<string, string>> {
  return {
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: sessionToken }),
  };
}
