import { compileArnGlob, compileGlob } from './glob.ts';

/** Compares one value of the request with one value of the policy. Compiled for the latter. */
type Compare = (wanted: string) => (given: string) => boolean;

interface Operator {
  readonly compare: Compare;
  /** The request's value must fit none of the policy's values, and an absent key passes. */
  readonly isNegated: boolean;
}

const lower = (text: string) => text.toLowerCase();
/** Milliseconds of an ISO time, or of epoch seconds. */
const timeOf = (text: string) => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));
const ordered =
  (read: (text: string) => number, fits: (given: number, wanted: number) => boolean): Compare =>
  (wanted) => {
    const limit = read(wanted);
    return (given) => fits(read(given), limit);
  };

const equal = (a: number, b: number) => a === b;
const COMPARISONS: Readonly<Record<string, Compare>> = {
  StringEquals: (wanted) => (given) => given === wanted,
  StringEqualsIgnoreCase: (wanted) => (given) => lower(given) === lower(wanted),
  StringLike: compileGlob,
  ArnEquals: compileArnGlob,
  ArnLike: compileArnGlob,
  Bool: (wanted) => (given) => lower(given) === lower(wanted),
  NumericEquals: ordered(Number, equal),
  NumericLessThan: ordered(Number, (a, b) => a < b),
  NumericLessThanEquals: ordered(Number, (a, b) => a <= b),
  NumericGreaterThan: ordered(Number, (a, b) => a > b),
  NumericGreaterThanEquals: ordered(Number, (a, b) => a >= b),
  DateEquals: ordered(timeOf, equal),
  DateLessThan: ordered(timeOf, (a, b) => a < b),
  DateLessThanEquals: ordered(timeOf, (a, b) => a <= b),
  DateGreaterThan: ordered(timeOf, (a, b) => a > b),
  DateGreaterThanEquals: ordered(timeOf, (a, b) => a >= b),
};

/** Negated operators, and the comparison that must not hold. */
const NEGATED: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
};

/** Every operator that a policy may use, for error messages. */
export const knownOperators = [...Object.keys(COMPARISONS), ...Object.keys(NEGATED), 'Null'].join(', ');

const NAME = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/;

/** Decides by the request's values of one key; `undefined`: the request has no such key. */
export type ValueTest = (given: readonly string[] | undefined) => boolean;

/** Whether an operator defines how to compare keys with several values. */
export function isForSets(name: string): boolean {
  return name.includes(':') || NAME.exec(name)?.[2] === 'Null';
}

/**
 * Compiles an operator with the policy's values, by the rules of the IAM user guide ("Conditions with multiple context
 * keys or values", "Set operators for multivalued context keys").
 * @returns `undefined` for an operator that is not known
 */
export function compileOperator(name: string, wanted: readonly string[]): ValueTest | undefined {
  const [, set, base = '', ifExists] = NAME.exec(name) ?? [];
  if (base === 'Null') {
    if (set !== undefined || ifExists !== undefined) return undefined;
    return (given) => wanted.some((value) => isAbsent(given) === (lower(value) === 'true'));
  }
  const operator = operatorOf(base);
  if (operator === undefined) return undefined;
  const tests = wanted.map(operator.compare);
  const fits = (given: string) => tests.some((test) => test(given)) !== operator.isNegated;
  if (set === 'ForAllValues') return (given) => isAbsent(given) || given.every(fits);
  if (set === 'ForAnyValue') {
    return (given) => (isAbsent(given) ? ifExists !== undefined : given.some(fits));
  }
  return (given) => (isAbsent(given) ? operator.isNegated || ifExists !== undefined : given.every(fits));
}

function isAbsent(given: readonly string[] | undefined): given is undefined | readonly [] {
  return given === undefined || given.length === 0;
}

function operatorOf(name: string): Operator | undefined {
  const positive = Object.hasOwn(NEGATED, name) ? NEGATED[name] : undefined;
  const compared = positive ?? name;
  const compare = Object.hasOwn(COMPARISONS, compared) ? COMPARISONS[compared] : undefined;
  return compare && { compare, isNegated: positive !== undefined };
}
