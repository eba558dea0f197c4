import type { Call } from '../../../lib/local/iam/callers/caller.ts';
import type { Judged } from '../../../lib/local/iam/decision.ts';
import type { Judgement } from '../../../lib/local/iam/guard.ts';
import { eventually } from '../../support/eventually.ts';

/** Part of a partition key that policies tell apart: `T#`, `J#statement#`. */
const PREFIX = /^[A-Z]#((?:statement|erasures?)#)?/;
/** Ends of resource names that are new in each call. */
const UNIQUE_NAME = /(schedule\/[^/]+|arn:aws:s3:::[^/]+)\/.*$/;

/** Calls of one kind. One represents them all. */
interface Wanted {
  /** The beginning of the role's logical id. */
  readonly role: string;
  readonly action: string;
  /** Part of the resource's ARN. */
  readonly resource?: string;
  /** Beginning of the partition key. */
  readonly key?: string;
}

/** Every kind of call that was judged, once. */
export interface JudgedCalls {
  readonly add: (judgement: Judgement) => void;
  all(): readonly Judgement[];
  /** Waits until a call of this kind was allowed. */
  until(wanted: Wanted): Promise<void>;
  has(wanted: Wanted): boolean;
}

export function createJudgedCalls(): JudgedCalls {
  const kinds = new Map<string, Judgement>();
  const has = ({ role, action, resource = '', key = '' }: Wanted) =>
    [...kinds.values()].some(
      ({ caller, call, decision }) =>
        decision.verdict === 'allowed' &&
        nameOf(caller).startsWith(role) &&
        call.action === action &&
        call.resource.includes(resource) &&
        (call.keys?.['dynamodb:LeadingKeys']?.[0] ?? '').startsWith(key),
    );
  return {
    add(judgement) {
      const kind = kindOf(judgement);
      if (!kinds.has(kind)) kinds.set(kind, judgement);
    },
    all: () => [...kinds.values()],
    has,
    until: async (wanted) => {
      await eventually(
        () => ({ isSeen: has(wanted), kinds: kinds.size }),
        ({ isSeen }) => {
          if (!isSeen) throw new Error(`Nobody made the call ${JSON.stringify(wanted)}.`);
        },
      );
    },
  };
}

/** The logical id of a role, or the name of a service. */
export function nameOf(caller: Judged): string {
  return caller.kind === 'role' ? caller.role.logicalId : caller.name;
}

function kindOf({ caller, call, decision }: Judgement): string {
  return JSON.stringify([
    nameOf(caller),
    call.action,
    call.resource.replace(UNIQUE_NAME, '$1'),
    keysOf(call),
    decision.verdict,
  ]);
}

function keysOf({ keys = {} }: Call): unknown {
  return Object.entries(keys).map(([name, values]) => [
    name,
    name === 'dynamodb:LeadingKeys' ? values.map((value) => PREFIX.exec(value)?.[0] ?? value) : '',
  ]);
}
