import { isLoopbackHost } from '../content/callback-url.ts';
import type { Machine } from './machine.ts';

/**
 * Rules for options of the kits. Each rule returns a message that names the option and says what to do, or undefined if
 * the option is valid. Messages never contain the value, because secrets are options and messages end up in logs.
 */

/** Requires text. The usual mistake is an environment variable that is not set. */
export function textProblem(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) {
    return `${name} is ${value}. Is its environment variable set?`;
  }
  if (typeof value !== 'string') return `${name} is not text, but ${kindOf(value)}.`;
  if (value.trim() === '') return `${name} is empty. Is its environment variable set?`;
  if (/^\s|\s$/.test(value)) return `${name} has white space or a line break around it. Remove it.`;
  if (/^["'`]|["'`]$/.test(value)) return `${name} has quotation marks around it. Remove them.`;
  return undefined;
}

/** Requires text that matches a pattern. `form` completes the message "… is not". */
export function formProblem(
  name: string,
  value: unknown,
  { pattern, form }: { readonly pattern: RegExp; readonly form: string },
): string | undefined {
  return textProblem(name, value) ?? (pattern.test(String(value)) ? undefined : `${name} is not ${form}.`);
}

/** Requires a URL of the service. Over plain http, the key would be sent unencrypted, and anyone could answer. */
export function serviceUrlProblem(name: string, value: unknown): string | undefined {
  const problem = textProblem(name, value);
  if (problem !== undefined) return problem;
  const url = URL.parse(String(value));
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname));
  const hasMore = url?.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '';
  if (url !== null && isSafe && !hasMore) return undefined;
  return `${name} is not an https URL (or http to this machine) without credentials, query and fragment.`;
}

/** 24.8 days. Timers of Node that are set to more end at once. */
export const LONGEST_WAIT_MS = 2_147_483_647;

/** Requires an integer in a range. Undefined is allowed and means the default; null is not allowed. */
export function integerProblem(
  name: string,
  value: unknown,
  { min, max = Number.MAX_SAFE_INTEGER }: { readonly min: number; readonly max?: number },
): string | undefined {
  if (value === undefined) return undefined;
  const isIn = Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;
  if (isIn) return undefined;
  return max === Number.MAX_SAFE_INTEGER
    ? `${name} is not an integer of at least ${min}.`
    : `${name} is not an integer from ${min} to ${max}.`;
}

/** Requires an object with all of the named functions. */
export function functionsProblem(
  name: string,
  value: unknown,
  functions: readonly string[],
): string | undefined {
  if (value === undefined || value === null) return `${name} is missing.`;
  if (typeof value !== 'object' && typeof value !== 'function') {
    return `${name} is not an object, but ${kindOf(value)}.`;
  }
  const missing = functions.find((one) => typeof (value as Record<string, unknown>)[one] !== 'function');
  return missing === undefined ? undefined : `${name} has no function ${missing}.`;
}

export function functionProblem(name: string, value: unknown): string | undefined {
  if (typeof value === 'function') return undefined;
  return value === undefined || value === null
    ? `${name} is missing: it must be a function.`
    : `${name} is not a function, but ${kindOf(value)}.`;
}

/** Like {@link functionProblem}, but allows undefined. */
export function optionalFunctionProblem(name: string, value: unknown): string | undefined {
  return value === undefined ? undefined : functionProblem(name, value);
}

/** Requires that the options are an object. The usual mistake is a forgotten argument. */
export function optionsProblem(name: string, value: unknown): string | undefined {
  return typeof value === 'object' && value !== null
    ? undefined
    : `${name} needs an object with its options.`;
}

/** Pairs one text, or each text of a list, with its name: `secrets`, `secrets[1]`. Does not check that it is text. */
export function namedTexts(name: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (!Array.isArray(value)) return [[name, value]];
  // Not `map`, which skips the holes of a sparse array.
  return Array.from(value, (one: unknown, index) => [`${name}[${index}]`, one] as const);
}

/** Problems of an injected machine. */
export function machineProblems(machine: Machine): readonly (string | undefined)[] {
  const problem = functionsProblem('machine', machine, ['sleep']);
  if (problem !== undefined) return [problem];
  return [
    functionsProblem('machine.clock', machine.clock, ['now']),
    functionsProblem('machine.random', machine.random, ['fraction', 'bytes']),
  ];
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
