import { instantOf, isoTime } from '../../protocol/instants.ts';
import { usageFailure } from './exit-status.ts';

/** What the user typed, with the checks that commands share. Each failure names the option. */
export interface Given {
  /** An argument of the command by name. */
  argument(name: string): string;
  optionalArgument(name: string): string | undefined;
  listArgument(name: string): readonly string[];
  text(option: string): string | undefined;
  /** @throws CommandFailure if the option is missing */
  required(option: string): string;
  list(option: string): readonly string[];
  has(option: string): boolean;
  /** A whole number. */
  number(option: string, range: NumberRange): number | undefined;
  /** A time such as `2026-11-20`, `2026-11-20T08:00:00Z`, or an age such as `90s`, `15m`, `1h`, `7d`. */
  time(option: string, nowMs: number): string | undefined;
  /** A time to come, such as `2027-01-01`, or how long until then: `15m`, `1h`, `30d`. */
  futureTime(option: string, nowMs: number): string | undefined;
  /** A duration such as `500ms`, `90s`, `15m`, `1h`, `7d`, in milliseconds. */
  duration(option: string): number | undefined;
}

interface NumberRange {
  readonly min: number;
  readonly max: number;
}

export interface Typed {
  readonly arguments: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(\d{1,9})(ms|s|m|h|d)$/;

export function createGiven(typed: Typed): Given {
  const text = (option: string) => {
    const value = typed.options[option];
    return typeof value === 'string' ? value : undefined;
  };
  const optionalArgument = (name: string) => {
    const value = typed.arguments[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    optionalArgument,
    argument: (name) => optionalArgument(name) ?? missing(name),
    listArgument: (name) => listOf(typed.arguments[name]),
    text,
    required: (option) => text(option) ?? missing(`--${option}`),
    list: (option) => listOf(typed.options[option]),
    has: (option) => typed.options[option] === true,
    number: (option, range) => {
      const value = text(option);
      return value === undefined ? undefined : wholeOf(option, value, range);
    },
    time: (option, nowMs) => {
      const value = text(option);
      return value === undefined ? undefined : timeOf(option, value, nowMs);
    },
    futureTime: (option, nowMs) => {
      const value = text(option);
      return value === undefined ? undefined : futureTimeOf(option, value, nowMs);
    },
    duration: (option) => {
      const value = text(option);
      return value === undefined ? undefined : (durationOf(value) ?? badDuration(option, value));
    },
  };
}

function listOf(value: Typed['options'][string]): readonly string[] {
  return Array.isArray(value) ? value : [];
}

function missing(name: string): never {
  throw usageFailure(`${name} is missing.`);
}

function wholeOf(option: string, text: string, { min, max }: NumberRange): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw usageFailure(`--${option} needs a whole number from ${min} to ${max}, not ${text}.`);
}

function timeOf(option: string, text: string, nowMs: number): string {
  const age = durationOf(text);
  if (age !== undefined) return isoTime(nowMs - age);
  const ms = instantOf(text);
  if (!Number.isNaN(ms)) return isoTime(ms);
  throw usageFailure(
    `--${option} needs a time, not ${text}.`,
    'Examples: 2026-11-20, 2026-11-20T08:00:00Z, or an age: 15m, 1h, 7d.',
  );
}

function futureTimeOf(option: string, text: string, nowMs: number): string {
  const length = durationOf(text);
  const ms = length === undefined ? instantOf(text) : nowMs + length;
  if (ms > nowMs) return isoTime(ms);
  throw usageFailure(
    `--${option} needs a time to come, not ${text}.`,
    'Examples: 2036-11-20, 2036-11-20T08:00:00Z, or how long from now: 15m, 1h, 30d.',
  );
}

function durationOf(text: string): number | undefined {
  const [, count = '', unit = ''] = DURATION.exec(text) ?? [];
  const length = UNITS[unit];
  return length === undefined ? undefined : Number(count) * length;
}

function badDuration(option: string, text: string): never {
  throw usageFailure(`--${option} needs a duration, not ${text}.`, 'Examples: 500ms, 90s, 15m, 1h, 7d.');
}
