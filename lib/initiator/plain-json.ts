import { FORBIDDEN_KEYS, isExactNumber, MAX_JSON_DEPTH } from '../protocol/json/json-limits.ts';
import { escapePointer, isObject } from '../protocol/json/json-values.ts';
import { type FieldError, invalidFields } from './fault.ts';

/** Values of one outcome at most: metadata of 16 KiB has fewer, and shared parts must not be walked without end. */
const MAX_VALUES = 100_000;

export type PlainJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: FieldError };

/**
 * A value as JSON says it: a copy, so that what is checked is what is sent. Where JSON would say something else in
 * silence (a Map, a Date, a function, a class instance, a cycle, `undefined` inside of metadata or a list), it is
 * refused as `not_json` with its place. A number that would arrive as another one is NaN in it, which no check lets
 * through: JSON has neither NaN nor bigint, and readers keep no integers beyond 2^53.
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

/** The fields of an outcome that is given. @throws InitiatorFault `not_json`, `too_deep`, `forbidden_key`, … */
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
  /** The objects around it. */
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
  // Below the depth that the API takes nothing is looked at, so that the walk ends: `inspect` refuses it.
  if (ancestors.length >= MAX_JSON_DEPTH) return isList ? [] : {};
  const within = (key: string): Place => ({
    pointer: `${pointer}/${escapePointer(key)}`,
    ancestors: [...ancestors, value],
    left,
  });
  const members = Object.keys(value).flatMap((key): [string, unknown][] => {
    const inner = memberOf(value, key, within(key));
    if (inner === undefined && mayLack(pointer, isList)) return [];
    return [[key, copyOf(inner, within(key))]];
  });
  return isList ? members.map(([, inner]) => inner) : Object.fromEntries(members);
}

function memberOf(value: object, key: string, { pointer }: Place): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    // A getter that throws says nothing that could be recorded.
    throw new NotJson(pointer);
  }
}

/** A field that is undefined is a field that is left out; inside of metadata it would be lost in silence. */
function mayLack(pointer: string, isList: boolean): boolean {
  return !isList && !/^\/metadata(?:\/|$)/.test(pointer);
}

/**
 * Whether JSON says all of an object: not of an instance of a class, of a list with holes, or of one that says itself
 * in another way. The outcome itself may be an instance: its own fields are what is recorded. Objects of another realm,
 * such as a test runner's, are plain, too.
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
    if (Array.isArray(value)) return Object.keys(value).length === value.length;
    const prototype: unknown = Object.getPrototypeOf(value);
    const isLiteral = prototype === null || Object.getPrototypeOf(prototype) === null;
    return Object.prototype.toString.call(value) === '[object Object]' && (isLiteral || isRoot);
  } catch {
    return false;
  }
}

/** Walks with its own stack: input nested ten thousand deep must not end in a stack overflow. */
function inspect(root: unknown): PlainJson {
  const pending: { value: unknown; pointer: string; depth: number }[] = [
    { value: root, pointer: '', depth: 0 },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, pointer, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= MAX_JSON_DEPTH) return refused(pointer, 'too_deep');
    for (const [key, inner] of Object.entries(value)) {
      const child = `${pointer}/${escapePointer(key)}`;
      if (FORBIDDEN_KEYS.has(key)) return refused(child, 'forbidden_key');
      pending.push({ value: inner, pointer: child, depth: depth + 1 });
    }
  }
  return { ok: true, value: root };
}

function refused(pointer: string, code: string): PlainJson {
  return { ok: false, error: { pointer, code } };
}
