import { LocalCloudError } from '../errors.ts';
import type { Json, JsonObject } from '../template/json-object.ts';
import { isObject } from '../template/json-object.ts';

/** Whether an event matches an EventBridge pattern. Lambda event filters and rules use the same patterns. */
export type Pattern = (event: unknown) => boolean;

type Matcher = (value: Json | undefined) => boolean;

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/**
 * Compiles a pattern. Supported: values, `null`, `prefix`, `suffix`, `equals-ignore-case`, `exists`, `anything-but`
 * (values, `prefix`, `suffix`), `numeric`, `$or`.
 * @param at the location of the pattern, for the error message
 * @throws LocalCloudError `unsupported_template` for an unsupported operator
 */
export function compilePattern(pattern: JsonObject, at: string): Pattern {
  const matches = compileObject(pattern, at);
  return (event) => matches(event as Json);
}

function compileObject(pattern: JsonObject, at: string): Matcher {
  const members = Object.entries(pattern).map(([key, below]): Matcher => {
    if (key === '$or' && Array.isArray(below)) {
      const branches = below.map((branch) => compileObject(isObject(branch) ? branch : {}, at));
      return (value) => branches.some((matches) => matches(value));
    }
    const matches = compileMember(below, `${at}.${key}`);
    return (value) => matches(isObject(value) ? value[key] : undefined);
  });
  return (value) => members.every((matches) => matches(value));
}

function compileMember(below: Json | undefined, at: string): Matcher {
  if (isObject(below)) return compileObject(below, at);
  if (!Array.isArray(below)) return unsupported(at, 'a pattern has objects and lists only');
  const alternatives = below.map((alternative) => compileAlternative(alternative, at));
  return (value) => {
    // A list in the event matches if any of its members does.
    const values = Array.isArray(value) && value.length > 0 ? value : [value];
    return alternatives.some((matches) => values.some((item) => matches(item)));
  };
}

function compileAlternative(alternative: Json, at: string): Matcher {
  if (!isObject(alternative)) return (value) => value === alternative;
  const [operator = '', ...more] = Object.keys(alternative);
  if (more.length > 0) return unsupported(at, 'an operator stands alone');
  const operand = alternative[operator] ?? null;
  switch (operator) {
    case 'prefix':
      return text(operand, at, (value, prefix) => value.startsWith(prefix));
    case 'suffix':
      return text(operand, at, (value, suffix) => value.endsWith(suffix));
    case 'equals-ignore-case':
      return text(operand, at, (value, other) => value.toLowerCase() === other.toLowerCase());
    case 'exists':
      // `exists` applies to leaves only.
      return (value) => (value !== undefined && !isObject(value)) === operand;
    case 'anything-but': {
      const refused = isObject(operand)
        ? compileAlternative(operand, at)
        : (value: Json | undefined) =>
            Array.isArray(operand) ? operand.some((item) => item === value) : operand === value;
      return (value) => value !== undefined && !isObject(value) && !refused(value);
    }
    case 'numeric':
      return numeric(operand, at);
    default:
      return unsupported(at, `the local cloud does not know the operator ${operator}`);
  }
}

function text(operand: Json, at: string, fits: (value: string, operand: string) => boolean): Matcher {
  if (typeof operand !== 'string') return unsupported(at, 'the operand must be a string');
  return (value) => typeof value === 'string' && fits(value, operand);
}

/** Compiles `["numeric": [">", 0, "<=", 5]]`. DynamoDB's numbers are strings; AWS compares them as numbers too. */
function numeric(operand: Json, at: string): Matcher {
  if (!Array.isArray(operand) || operand.length === 0) return unsupported(at, 'numeric needs a list');
  const tests: ((value: number) => boolean)[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const compare = COMPARISONS[String(operand[index])];
    const bound = operand[index + 1];
    if (compare === undefined || typeof bound !== 'number')
      return unsupported(at, 'numeric needs operators and numbers');
    tests.push((value) => compare(value, bound));
  }
  return (value) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && !Number.isNaN(number) && tests.every((test) => test(number));
  };
}

function unsupported(at: string, what: string): never {
  throw new LocalCloudError('unsupported_template', `Pattern at ${at}: ${what}.`);
}
