import type { Condition, Statement } from '../../../lib/local/iam/policies/policy-document.ts';
import { compilePolicies, type PolicySet } from '../../../lib/local/iam/policies/policy-set.ts';

/** The key of a condition that lists what a statement is about. Each of its values can be taken away alone. */
const LISTING_KEY = 'dynamodb:LeadingKeys';

/** The smallest part of a policy that can be taken away: one action, for one prefix of partition keys if they are listed. */
export interface Grain {
  readonly statement: Statement;
  readonly action: string;
  /** Such as `T#*`; undefined if the statement lists none. */
  readonly prefix: string | undefined;
}

/** The grains of the allowing statements of a policy. */
export function grainsOf(policies: PolicySet): readonly Grain[] {
  return policies.statements.flatMap(({ source: statement, isDeny }) =>
    isDeny
      ? []
      : statement.actions.patterns.flatMap((action) => {
          const prefixes = listing(statement)?.values;
          return (prefixes ?? [undefined]).map((prefix) => ({ statement, action, prefix }));
        }),
  );
}

/** The policy without a statement. */
export function withoutStatement(policies: PolicySet, statement: Statement): PolicySet {
  return compilePolicies(sources(policies).filter((one) => one !== statement));
}

/** The policy without one action of a statement. */
export function withoutAction(policies: PolicySet, { statement, action }: Omit<Grain, 'prefix'>): PolicySet {
  return compilePolicies(
    sources(policies).flatMap((one) => (one === statement ? actionsExcept(statement, action) : [one])),
  );
}

/** The policy without a grain: the statement keeps its other actions, and this action its other prefixes. */
export function withoutGrain(policies: PolicySet, { statement, action, prefix }: Grain): PolicySet {
  const list = listing(statement);
  const others = list?.values.filter((value) => value !== prefix) ?? [];
  const rest: Statement = {
    ...statement,
    actions: { ...statement.actions, patterns: [action] },
    conditions: statement.conditions.map((one) => (one === list ? { ...one, values: others } : one)),
  };
  return compilePolicies(
    sources(policies).flatMap((one) =>
      one === statement ? [...actionsExcept(statement, action), ...(others.length > 0 ? [rest] : [])] : [one],
    ),
  );
}

function sources(policies: PolicySet): readonly Statement[] {
  return policies.statements.map(({ source }) => source);
}

function actionsExcept(statement: Statement, action: string): readonly Statement[] {
  const patterns = statement.actions.patterns.filter((one) => one !== action);
  return patterns.length === 0 ? [] : [{ ...statement, actions: { ...statement.actions, patterns } }];
}

function listing({ conditions }: Statement): Condition | undefined {
  return conditions.find(({ operator, key }) => key === LISTING_KEY && operator.startsWith('ForAllValues'));
}
