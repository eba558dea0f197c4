import {
  DEPTH_SENTENCE,
  FORBIDDEN_KEYS,
  isExactNumber,
  MAX_JSON_DEPTH,
} from '../protocol/json/json-limits.ts';
import { escapePointer, isObject } from '../protocol/json/json-values.ts';
import { type FieldError, invalidFields } from './fault.ts';

/** Maximum number of values in one outcome. Metadata of 16 KiB has fewer. It bounds the walk if parts are shared. */
const MAX_VALUES = 100_000;

export type PlainJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: FieldError };

/**
 * Copies a value as plain JSON, so that the checked value is the one that is sent. Values that JSON would silently change
 * are refused as `not_json` with their pointer: a Map, a Date, a function, a class instance, a cycle, and `undefined`
 * inside metadata or a list. A number that would arrive as a different one becomes NaN in the copy, and every check
 * refuses NaN: JSON has neither NaN nor bigint, and readers lose integers beyond 2^53.
 */
export function plainJson(value: unknown): PlainJson {
  if (value === undefined) return refused('', 'invalid_type');
  try {
    return inspect(copyOf(value, { pointer: '', ancestors: [], left: { values: MAX_VALUES } }));
  } catch (error) {
    if (error instanceof NotJson) return refused(error.pointer, error.code);
    throw error;
  }
}

/** The fields of an outcome as plain JSON. @throws InitiatorFault `not_json`, `too_deep`, `forbidden_key`, … */
export function plainOutcome(outcome: unknown): Readonly<Record<string, unknown>> {
  const plain = plainJson(outcome);
  if (plain.ok && isObject(plain.value)) return plain.value;
  const error = plain.ok ? { pointer: '', code: 'invalid_type' } : plain.error;
  throw invalidFields('The outcome cannot be recorded', [error]);
}

class NotJson extends Error {
  readonly pointer: string;
  readonly code: string;

  constructor(pointer: string, code = 'not_json') {
    super(code);
    this.pointer = pointer;
    this.code = code;
  }
}

interface Place {
  readonly pointer: string;
  /** The objects that enclose the value. */
  readonly ancestors: readonly object[];
  /** Counted down over the whole walk. */
  readonly left: { values: number };
}

function copyOf(value: unknown, place: Place): unknown {
  const { pointer, ancestors, left } = place;
  left.values -= 1;
  if (left.values < 0) throw new NotJson('', 'too_long');
  if (typeof value === 'bigint') return Number.NaN;
  if (typeof value === 'number') return isExactNumber(value) ? value || 0 : Number.NaN;
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value !== 'object' || ancestors.includes(value)) throw new NotJson(pointer);
  const isList = Array.isArray(value);
  if (!isPlain(value, { isRoot: pointer === '' })) throw new NotJson(pointer);
  // Stop below the maximum depth of the API, so that the walk ends. `inspect` refuses such input.
  if (ancestors.length > MAX_JSON_DEPTH) return isList ? [] : {};
  const within = (key: string): Place => ({
    pointer: `${pointer}/${escapePointer(key)}`,
    ancestors: [...ancestors, value],
    left,
  });
  const keys = Object.keys(value);
  if (keys.length > left.values) throw new NotJson('', 'too_long');
  const members = keys.flatMap((key): [string, unknown][] => {
    const inner = memberOf(value, key, within(key));
    if (inner !== undefined || !mayBeUndefined(pointer, isList)) return [[key, copyOf(inner, within(key))]];
    left.values -= 1;
    return [];
  });
  return isList ? members.map(([, inner]) => inner) : Object.fromEntries(members);
}

function memberOf(value: object, key: string, { pointer }: Place): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    // A getter that throws has no value that could be recorded.
    throw new NotJson(pointer);
  }
}

/** Whether `undefined` is allowed: it means "left out" for a field, but inside metadata or a list it would be lost. */
function mayBeUndefined(pointer: string, isList: boolean): boolean {
  return !isList && !/^\/metadata(?:\/|$)/.test(pointer);
}

/**
 * Whether JSON can represent an object completely. This excludes class instances, lists with holes and objects that
 * serialise themselves differently. The outcome itself may be a class instance: its own fields are recorded. Objects of
 * another realm, such as those of a test runner, count as plain.
 */
function isPlain(value: object, { isRoot }: { readonly isRoot: boolean }): boolean {
  try {
    if (typeof (value as { readonly toJSON?: unknown }).toJSON === 'function') return false;
    if (
      Object.getOwnPropertySymbols(value).some((key) =>
        Object.prototype.propertyIsEnumerable.call(value, key),
      )
    )
      return false;
    if (Array.isArray(value)) return isWhole(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    const isLiteral = prototype === null || Object.getPrototypeOf(prototype) === null;
    return Object.prototype.toString.call(value) === '[object Object]' && (isLiteral || isRoot);
  } catch {
    return false;
  }
}

/** Whether a list has no hole, and no property besides its elements. */
function isWhole(list: readonly unknown[]): boolean {
  const keys = Object.keys(list);
  return keys.length === list.length && keys.every((key, index) => key === String(index));
}

/**
 * Of several faults, reports the one that the API reports for a single record: it reads a body from the front, and refuses
 * an object for its keys before it looks into it. Walks with an explicit stack, so that input nested ten thousand deep cannot cause a
 * stack overflow.
 */
function inspect(root: unknown): PlainJson {
  const pending: { value: unknown; pointer: string; depth: number }[] = [
    { value: root, pointer: '', depth: 0 },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, pointer, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    const members = Object.entries(value).map(([key, inner]) => ({
      key,
      value: inner,
      pointer: `${pointer}/${escapePointer(key)}`,
      depth: depth + 1,
    }));
    const forbidden = members.find(({ key }) => FORBIDDEN_KEYS.has(key));
    if (forbidden !== undefined) return refused(forbidden.pointer, 'forbidden_key');
    if (depth >= MAX_JSON_DEPTH) return refused(pointer, 'too_deep', DEPTH_SENTENCE);
    for (const member of members.reverse()) pending.push(member);
  }
  return { ok: true, value: root };
}

function refused(pointer: string, code: string, detail?: string): PlainJson {
  return { ok: false, error: { pointer, code, detail } };
}
