import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../../lib/local/iam/callers/caller.ts';
import { type Role, readRoles } from '../../../lib/local/iam/callers/roles.ts';
import { decide, type Policies } from '../../../lib/local/iam/decision.ts';
import type { Judgement } from '../../../lib/local/iam/guard.ts';
import type { PolicySet } from '../../../lib/local/iam/policies/policy-set.ts';
import { policiesOn, readResourcePolicies } from '../../../lib/local/iam/policies/resource-policies.ts';
import { loadAssembly } from '../../../lib/local/template/assembly.ts';
import { resolveStack } from '../../../lib/local/template/stack-resources.ts';
import { UNUSED_LOCALLY, type UnusedLocally } from '../../../lib/stack/lambda/unused-locally.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import {
  countSoon,
  type EditedTemplate,
  editAssembly,
  mappingsOf,
} from '../../support/running/edited-assembly.ts';
import { NO_FAULTS, startServiceCloud } from '../../support/running/service-cloud.ts';
import { assemblyOf } from '../../support/synthesized.ts';
import { beAlerted } from './alerted.ts';
import { visitConsole } from './console-visit.ts';
import { checkBack, manage, operate, record } from './everyday.ts';
import { grainsOf, withoutAction, withoutGrain, withoutStatement } from './grains.ts';
import { type Journey, openJourney } from './journey.ts';
import { createJudgedCalls, nameOf } from './judged-calls.ts';
import { askLater, crowdRetryLane, growOlder, readStatement } from './long-waits.ts';
import { failToDeliver, fireSchedules, hangTable, loseRows, meetOddReceivers } from './mishaps.ts';
import { vanish } from './vanishing.ts';

/** Windows, audits and horizons of seconds. */
const SHORT = {
  TIDINGS_ALLOW_LOOPBACK: 'true',
  TIDINGS_ONE_CLOCK: 'true',
  TIDINGS_FEED_LAG_SECONDS: '3',
  TIDINGS_WINDOW_SECONDS: '1',
  TIDINGS_AUDIT_AFTER_SECONDS: '1',
  TIDINGS_CHECK_HORIZON_SECONDS: '4',
  // Erasing looks for parked records on each day of the retention, in each partition.
  TIDINGS_RETENTION_DAYS: '1',
};
/** Windows of an hour, so that a day has few, and the horizon of a day. */
const LONG = {
  TIDINGS_ALLOW_LOOPBACK: 'true',
  TIDINGS_ONE_CLOCK: 'true',
  TIDINGS_FEED_LAG_SECONDS: '3',
  TIDINGS_WINDOW_SECONDS: '3600',
};

const stack = resolveStack(loadAssembly(assemblyOf('production')), { sqs: 'http://sqs', api: 'http://api' });
const roles = readRoles(stack);
const resourcePolicies = readResourcePolicies(stack);
const resourcePolicyOf = (call: Call) => policiesOn(resourcePolicies, call.resource);

type Leg = (journey: Journey) => Promise<void>;

/** Legs that spend most of their time waiting. Each has merchants of its own. */
const sideBySide =
  (legs: readonly Leg[]): Leg =>
  async (journey) => {
    await Promise.all(legs.map((leg) => leg(journey)));
  };

/** Legs of which a later one would lose its rows to an earlier one. */
const inTurn =
  (legs: readonly Leg[]): Leg =>
  async (journey) => {
    for (const leg of legs) await leg(journey);
  };

/** What is taken away from a role at a time. */
interface Taken {
  readonly at: string;
  readonly actions: readonly string[];
  readonly prefix: string | undefined;
}

/** The allowed calls that would be refused under other policies. */
function broken(judgements: readonly Judgement[], policiesFor: (judgement: Judgement) => Policies): number {
  return judgements.filter(
    (judgement) => decide(judgement.caller, judgement.call, policiesFor(judgement)).verdict !== 'allowed',
  ).length;
}

describe('the permissions of the template', () => {
  const judged = createJudgedCalls();
  const allowed = () => judged.all().filter(({ decision }) => decision.verdict === 'allowed');
  const excused = new Set<UnusedLocally>();
  const counts = { statements: 0, actions: 0, prefixes: 0, unused: 0 };

  /** Runs legs of a journey on a cloud of its own, one after the other. */
  async function travel(options: Parameters<typeof startServiceCloud>[0], legs: readonly Leg[]) {
    const service = await startServiceCloud({ onJudgement: judged.add, faults: NO_FAULTS, ...options });
    const journey = await openJourney(service, judged);
    try {
      await inTurn(legs)(journey);
    } finally {
      await journey.close();
      await service.stop();
    }
  }

  beforeAll(async () => {
    const directories = Array.from({ length: 4 }, temporaryDirectory);
    const [short, long, hasty, idle] = directories as [string, string, string, string];
    const edited = (directory: string, edit: (template: EditedTemplate) => void) =>
      editAssembly({
        original: assemblyOf('production'),
        directory,
        template: 'Tidings.template.json',
        edit,
      });
    try {
      edited(hasty, countSoon);
      await travel(
        { dataDir: short, environment: SHORT, assemblyDir: hasty, jobs: ['Sweep', 'Close', 'Audit'] },
        [
          sideBySide([
            manage,
            // An operator puts back the parked records of all merchants.
            inTurn([operate, vanish]),
            visitConsole,
            record,
            checkBack,
            failToDeliver,
            meetOddReceivers,
            beAlerted,
            loseRows,
            fireSchedules,
          ]),
          () => judged.until({ role: 'TidingsCount', action: 'dynamodb:UpdateItem' }),
          (journey) => hangTable(journey, short),
        ],
      );
      edited(idle, leaveRetryLaneAlone);
      const dayOfStatements = { dataDir: long, environment: LONG, assemblyDir: idle };
      await travel({ ...dayOfStatements, jobs: [] }, [growOlder]);
      await travel({ ...dayOfStatements, jobs: ['Sweep', 'Close', 'Statement'] }, [
        sideBySide([readStatement, askLater]),
        crowdRetryLane,
      ]);
    } finally {
      for (const directory of directories) removeDirectory(directory);
    }
  });
  afterAll(() => {
    const { statements, actions, prefixes, unused } = counts;
    process.stdout.write(
      `IAM: ${statements} statements, ${actions} actions and ${prefixes} key prefixes taken away one at a time; ` +
        `a call failed each time, except for ${unused} that are listed with their reason.\n`,
    );
  });

  /** The entries of the list that excuse a removal: one for each action. */
  function excuses({ logicalId }: Role, { actions, prefix }: Taken): readonly (UnusedLocally | undefined)[] {
    return actions.map((action) =>
      UNUSED_LOCALLY.find(
        (entry) =>
          entry.action === action &&
          (entry.function === undefined || logicalId.toLowerCase().startsWith(`tidings${entry.function}`)) &&
          (entry.partition === undefined || prefix === entry.partition),
      ),
    );
  }

  it.each(roles.map((role) => [role.logicalId, role] as const))(
    'are enough and not too many: %s',
    (_, role) => {
      const own = allowed().filter(({ caller }) => nameOf(caller) === role.logicalId);
      const without = (identity: PolicySet) =>
        broken(own, ({ call }) => ({ identity, resource: resourcePolicyOf(call) }));
      const idle: string[] = [];
      const take = (taken: Taken, rest: PolicySet) => {
        if (without(rest) > 0) return;
        const found = excuses(role, taken);
        for (const one of found) if (one !== undefined) excused.add(one);
        if (found.includes(undefined))
          idle.push(`${taken.actions.join(', ')} ${taken.prefix ?? ''} of ${taken.at}`);
        else counts.unused += 1;
      };
      expect(without(role.policies)).toBe(0);
      for (const { source } of role.policies.statements) {
        const { at, actions } = source;
        const [first] = grainsOf(role.policies).filter(({ statement }) => statement === source);
        counts.statements += 1;
        take(
          { at, actions: actions.patterns, prefix: first?.prefix },
          withoutStatement(role.policies, source),
        );
        for (const action of actions.patterns) {
          counts.actions += 1;
          take(
            { at, actions: [action], prefix: first?.prefix },
            withoutAction(role.policies, { statement: source, action }),
          );
        }
      }
      for (const grain of grainsOf(role.policies)) {
        if (grain.prefix === undefined) continue;
        counts.prefixes += 1;
        const { statement, action, prefix } = grain;
        take({ at: statement.at, actions: [action], prefix }, withoutGrain(role.policies, grain));
      }
      expect(idle).toEqual([]);
    },
  );

  it('on resources are needed, too: without its statement a key or queue refuses', () => {
    const idle: string[] = [];
    for (const [resource, policies] of resourcePolicies) {
      for (const { source, isDeny } of policies.statements) {
        // Nothing arrives in plain HTTP here, and nothing publishes to the topic of the alarms.
        if (isDeny || resource.includes(':sns:')) continue;
        counts.statements += 1;
        const rest = withoutStatement(policies, source);
        const failures = broken(allowed(), ({ caller, call }) => ({
          identity: caller.kind === 'role' ? caller.role.policies : undefined,
          resource: resourcePolicyOf(call) === policies ? rest : resourcePolicyOf(call),
        }));
        if (failures === 0) idle.push(source.at);
      }
    }
    // EventBridge puts an event there that the intake queue refuses for good.
    expect(idle).toEqual([expect.stringMatching(/IntakeDeadLettersPolicy/)]);
  });

  it('are listed as unused here only if they are', () => {
    expect(UNUSED_LOCALLY.filter((entry) => !excused.has(entry))).toEqual([]);
  });
});

/** Nothing works off the retry lane. */
function leaveRetryLaneAlone(template: EditedTemplate): void {
  for (const mapping of mappingsOf(template)) {
    if (JSON.stringify(mapping.EventSourceArn).includes('RetryLane')) mapping.Enabled = false;
  }
}
