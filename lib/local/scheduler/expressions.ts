import { LocalCloudError } from '../errors.ts';

/** Returns the next due time after `afterMs`; both in milliseconds since 1970. */
export type Recurrence = (afterMs: number) => number;

const MINUTE_MS = 60_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  minute: MINUTE_MS,
  hour: 60 * MINUTE_MS,
  day: 24 * 60 * MINUTE_MS,
};
const RATE = /^rate\((\d+) (minute|hour|day)s?\)$/;
const CRON = /^cron\(([^)]*)\)$/;
/** Matches `at(2026-11-20T08:00:00)`, without a time zone. */
const AT = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)$/;
/** A cron expression that matches no minute within this horizon is rejected. */
const CRON_HORIZON_MINUTES = 366 * 24 * 60;

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** The time of a one-time expression in UTC, in milliseconds since 1970; `undefined` if it is not one. */
export function readAt(expression: string): number | undefined {
  const moment = AT.exec(expression)?.[1];
  const milliseconds = moment === undefined ? Number.NaN : Date.parse(`${moment}Z`);
  if (moment === undefined || Number.isNaN(milliseconds)) return undefined;
  // JavaScript reads 31 November as 1 December, and 24:00 as the next day. Reject both.
  return new Date(milliseconds).toISOString().startsWith(moment) ? milliseconds : undefined;
}

/**
 * Parses `rate(5 minutes)` or `cron(0/5 * * * ? *)` (UTC).
 * @param at the location of the expression, for the error message
 * @throws LocalCloudError `unsupported_template`
 */
export function readRecurrence(expression: string, at: string): Recurrence {
  const rate = RATE.exec(expression);
  if (rate !== null) {
    const everyMs = Number(rate[1]) * (UNIT_MS[rate[2] ?? ''] ?? Number.NaN);
    return (afterMs) => afterMs + everyMs;
  }
  const cron = CRON.exec(expression);
  if (cron === null) return unsupported(at, expression);
  return readCron((cron[1] ?? '').split(/\s+/), at, expression);
}

function readCron(fields: readonly string[], at: string, expression: string): Recurrence {
  const [minute, hour, day, month, weekday, year] = fields;
  if (fields.length !== 6 || year !== '*') return unsupported(at, expression);
  const tests: readonly [(date: Date) => number, ReadonlySet<number>][] = [
    [(date) => date.getUTCMinutes(), readField(minute, [0, 59])],
    [(date) => date.getUTCHours(), readField(hour, [0, 23])],
    [(date) => date.getUTCDate(), readField(day, [1, 31])],
    [(date) => date.getUTCMonth() + 1, readField(month, [1, 12], MONTHS)],
    // Sunday is 1.
    [(date) => date.getUTCDay() + 1, readField(weekday, [1, 7], DAYS)],
  ];
  return (afterMs) => {
    let time = Math.floor(afterMs / MINUTE_MS) * MINUTE_MS;
    for (let minutes = 0; minutes < CRON_HORIZON_MINUTES; minutes += 1) {
      time += MINUTE_MS;
      const date = new Date(time);
      if (tests.every(([part, allowed]) => allowed.has(part(date)))) return time;
    }
    return unsupported(at, expression);
  };

  function readField(
    field = '',
    [minimum, maximum]: readonly [number, number],
    names: readonly string[] = [],
  ): Set<number> {
    const values = new Set<number>();
    for (const item of field.split(',')) {
      const [range = '', step] = item.split('/');
      const [first = '', last] = range.split('-');
      const isAll = first === '*' || first === '?';
      const from = isAll ? minimum : readValue(first, names);
      const to =
        isAll || (step !== undefined && last === undefined) ? maximum : readValue(last ?? first, names);
      const every = step === undefined ? 1 : Number(step);
      if (![from, to, every].every(Number.isInteger) || every < 1 || from < minimum || to > maximum) {
        return unsupported(at, expression);
      }
      for (let value = from; value <= to; value += every) values.add(value);
    }
    return values;
  }
}

function readValue(text: string, names: readonly string[]): number {
  const index = names.indexOf(text.toUpperCase());
  return index < 0 ? Number(text) : index + 1;
}

function unsupported(at: string, expression: string): never {
  throw new LocalCloudError(
    'unsupported_template',
    `${at}: the local cloud cannot read the schedule ${expression}.`,
  );
}
