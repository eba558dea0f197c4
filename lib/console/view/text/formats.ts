import { decimalOf, digitsOf } from '../../../protocol/content/minor-units.ts';
import type { Language } from './translated.ts';

/** Numbers, amounts and times as people read them. Times are UTC; the browser adds the local time where it shows one. */
export interface Formats {
  /** `12,481` */
  number(value: number): string;
  /** `99.43%`; never 100% or 0% unless it is exactly that. */
  share(part: number, whole: number): string;
  /** An amount in the minor unit; text for amounts beyond 2^53. `money('1999', 'EUR')` is `€19.99`. */
  money(minor: number | string, currency: string): string;
  /** `340 ms`, `1.2 s`, `5 min`, `2 h 5 min`, `3 d 4 h` */
  duration(ms: number): string;
  /** `3 minutes ago` */
  relative(iso: string): string;
  /** `2026-11-29 08:46:12.345 UTC` */
  exact(iso: string): string;
  /** `08:46` */
  clock(iso: string): string;
  /** `29` */
  dayOfMonth(iso: string): string;
  /** `29 Nov` */
  day(iso: string): string;
  /** `Sun` */
  weekday(iso: string): string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const RELATIVE_UNITS = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
  ['second', SECOND],
] as const;

export function formatsOf(language: Language, now: string): Formats {
  const numbers = new Intl.NumberFormat(language);
  const relatives = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const dates = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
      timeZone: 'UTC',
      ...options,
    });
    return (iso: string) => format.format(new Date(iso));
  };
  return {
    number: (value) => numbers.format(value),
    share: (part, whole) => shareOf(language, part, whole),
    money: (minor, currency) => moneyOf(language, String(minor), currency),
    duration: durationOf,
    relative: (iso) => {
      const ms = Date.parse(iso) - Date.parse(now);
      const [unit, length] = RELATIVE_UNITS.find(([, length]) => Math.abs(ms) >= length) ?? [
        'second',
        SECOND,
      ];
      return relatives.format(Math.trunc(ms / length), unit);
    },
    exact: (iso) => `${iso.slice(0, 10)} ${iso.slice(11).replace(/(\.000)?Z$/, '')} UTC`,
    dayOfMonth: (iso) => String(Number(iso.slice(8, 10))),
    clock: (iso) => iso.slice(11, 16),
    day: dates({ day: 'numeric', month: 'short' }),
    weekday: dates({ weekday: 'short' }),
  };
}

function shareOf(language: Language, part: number, whole: number): string {
  const share = whole === 0 ? 0 : part / whole;
  const digits = share === 0 || share === 1 ? 0 : share > 0.1 && share < 0.9 ? 1 : 2;
  const step = 10 ** -(digits + 2);
  const bounded = share > 0 && share < 1 ? Math.min(1 - step, Math.max(step, share)) : share;
  return new Intl.NumberFormat(language, {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(bounded);
}

function moneyOf(language: Language, minor: string, currency: string): string {
  const digits = digitsOf(currency);
  return new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    // A decimal text keeps every digit, where a number would round.
  }).format(decimalOf(minor, currency) as Intl.StringNumericLiteral);
}

function durationOf(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${Number((ms / SECOND).toFixed(1))} s`;
  if (ms < MINUTE) return `${Math.round(ms / SECOND)} s`;
  if (ms < HOUR) return joined(ms, [MINUTE, 'min'], [SECOND, 's']);
  if (ms < DAY) return joined(ms, [HOUR, 'h'], [MINUTE, 'min']);
  return joined(ms, [DAY, 'd'], [HOUR, 'h']);
}

type Unit = readonly [lengthMs: number, name: string];

function joined(ms: number, [long, longName]: Unit, [short, shortName]: Unit): string {
  const rest = Math.floor((ms % long) / short);
  const first = `${Math.floor(ms / long)} ${longName}`;
  return rest === 0 ? first : `${first} ${rest} ${shortName}`;
}
