import { isObject } from '../../protocol/json/json-values.ts';

/** Nested values of an answer, for people. Programs get JSON, with `--json`. */

/** The lines of a value: one, or one for each element of a list of objects. */
export function linesOfValue(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.some(isObject)) return value.map(textOf);
  return [textOf(value)];
}

/** What JSON would show of an object: a field that is undefined is not there. */
export function entriesWithValue(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value).filter(([, one]) => one !== undefined);
}

/** `true`, `a, b`, `state: waiting, attempts: none`. */
function textOf(value: unknown): string {
  if (value === null) return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(nestedOf).join(', ');
  if (!isObject(value)) return String(value);
  const fields = entriesWithValue(value);
  return fields.length === 0 ? 'none' : fields.map(([name, one]) => `${name}: ${nestedOf(one)}`).join(', ');
}

/** What has parts itself is in parentheses, so that its end is seen. */
function nestedOf(value: unknown): string {
  const hasParts = Array.isArray(value)
    ? value.length > 1
    : isObject(value) && entriesWithValue(value).length > 0;
  return hasParts ? `(${textOf(value)})` : textOf(value);
}
