import type { AccessKey } from '../aws/access-key.ts';
import { authenticate, type RequestHead } from '../aws/authentication.ts';
import type { Log } from '../logging/log.ts';
import { ADMINISTRATOR, type Call, type Caller } from './callers/caller.ts';
import type { Session } from './callers/sessions.ts';
import { type Decision, decide, type Judged } from './decision.ts';
import type { PolicySet } from './policies/policy-set.ts';
import { accessDenied, explain } from './refusal.ts';

/** Authenticates requests to the AWS stand-ins and judges what they want to do. */
export interface Guard {
  /**
   * Finds out who signed a request.
   * @param payloadHash hash of the body as received; if it is not known yet, the hash that the request states
   * @throws AwsFault with the code that AWS answers
   */
  authenticate(request: RequestHead, payloadHash?: string): Caller;
  /**
   * Lets the calls of one request pass, or refuses all of them. An administrator's calls are not even looked at.
   * @throws AwsFault as AWS refuses
   */
  demand(caller: Caller, calls: () => readonly Call[]): void;
  /** Whether a caller may make a call. Logs a refusal. */
  permits(caller: Judged, call: Call): boolean;
}

/** A call that was judged. */
export interface Judgement {
  readonly caller: Judged;
  readonly call: Call;
  readonly decision: Decision;
}

/** The policies and identities of the template. They are known only after the servers listen. */
export interface Access {
  /** Returns the session that uses an access key. */
  sessionOf(accessKeyId: string): Session | undefined;
  /** Returns the policies on a resource, by ARN of the resource or of a part of it. */
  policiesOn(resource: string): PolicySet | undefined;
}

export interface GuardOptions {
  /** Access key of the administrator. */
  readonly key: AccessKey;
  readonly log: Log;
  /** Receives every judgement, the allowed ones too. */
  readonly onJudgement?: ((judgement: Judgement) => void) | undefined;
}

/** A guard that at first knows only the administrator. `govern` adds the roles of the template. */
export interface OpenGuard extends Guard {
  govern(access: Access): void;
}

export function openGuard({ key, log, onJudgement }: GuardOptions): OpenGuard {
  let access: Access | undefined;
  const administrator = { key, caller: ADMINISTRATOR };
  const find = (accessKeyId: string) =>
    accessKeyId === key.accessKeyId ? administrator : access?.sessionOf(accessKeyId);

  function judge(caller: Judged, call: Call): Decision {
    const policies = {
      identity: caller.kind === 'role' ? caller.role.policies : undefined,
      resource: access?.policiesOn(call.resource),
    };
    const decision = decide(caller, call, policies);
    onJudgement?.({ caller, call, decision });
    if (decision.verdict !== 'allowed')
      log({ source: 'iam', stream: 'event', line: explain(caller, call, decision) });
    return decision;
  }

  return {
    authenticate: (request, payloadHash) => authenticate(request, find, payloadHash).caller,
    demand(caller, calls) {
      if (caller.kind === 'administrator') return;
      for (const call of calls()) {
        const { verdict } = judge(caller, call);
        if (verdict !== 'allowed') {
          throw accessDenied(caller.kind === 'role' ? caller.arn : caller.name, call, verdict);
        }
      }
    },
    permits: (caller, call) => judge(caller, call).verdict === 'allowed',
    govern(found) {
      access = found;
    },
  };
}
