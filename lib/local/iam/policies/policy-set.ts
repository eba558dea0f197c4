import { compileOperator, type ValueTest } from './condition-operators.ts';
import { compileArnGlob, compileGlob, type Glob } from './glob.ts';
import type { Condition, Patterns, Statement } from './policy-document.ts';

interface CompiledCondition {
  readonly source: Condition;
  readonly test: ValueTest;
}

/** A statement, ready to be compared with calls. */
export interface CompiledStatement {
  readonly source: Statement;
  readonly isDeny: boolean;
  readonly fitsAction: Glob;
  readonly fitsResource: Glob;
  /** The first condition that does not hold, or `undefined` if all hold. */
  failing(valuesOf: ValuesOf): Condition | undefined;
}

/** The values of a condition key in a request; `undefined` if it is absent. */
export type ValuesOf = (key: string) => readonly string[] | undefined;

/** Statements that are judged together: all policies of a role, or of a resource. */
export interface PolicySet {
  readonly statements: readonly CompiledStatement[];
  /** The statements that are about this action on this resource. Their conditions are not looked at. */
  about(action: string, resource: string): readonly CompiledStatement[];
}

/** Remembered pairs of action and resource. Names of schedules and files are new each time, so there is a bound. */
const MAX_REMEMBERED = 500;

/** Compiles statements. What is asked again about the same action and resource is answered from memory. */
export function compilePolicies(sources: readonly Statement[]): PolicySet {
  const statements = sources.map(compileStatement);
  const remembered = new Map<string, readonly CompiledStatement[]>();
  return {
    statements,
    about(action, resource) {
      const name = `${action} ${resource}`;
      const known = remembered.get(name);
      if (known !== undefined) return known;
      const found = statements.filter((one) => one.fitsAction(action) && one.fitsResource(resource));
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.set(name, found);
      return found;
    },
  };
}

function compileStatement(source: Statement): CompiledStatement {
  const conditions = source.conditions.map(compileCondition);
  // Actions are not case-sensitive, ARNs are.
  const fitsLowerCase = compilePatterns(source.actions, (pattern) => compileGlob(pattern.toLowerCase()));
  return {
    source,
    isDeny: source.effect === 'Deny',
    fitsAction: (action) => fitsLowerCase(action.toLowerCase()),
    fitsResource:
      source.resources === undefined ? () => true : compilePatterns(source.resources, compileArnGlob),
    failing: (valuesOf) => conditions.find(({ source: { key }, test }) => !test(valuesOf(key)))?.source,
  };
}

function compilePatterns({ patterns, isExcluding }: Patterns, compile: (pattern: string) => Glob): Glob {
  const globs = patterns.map(compile);
  return (text) => globs.some((glob) => glob(text)) !== isExcluding;
}

function compileCondition(source: Condition): CompiledCondition {
  const test = compileOperator(source.operator, source.values);
  if (test === undefined) throw new Error(`${source.operator} was not checked when the policy was read.`);
  return { source, test };
}
