import * as z from 'zod';
import { onFirstUse, type Parsed } from '../../reading/on-first-use.ts';
import { storedMerchantId, storedTime } from '../../reading/stored.ts';
import { isoTime, msOf } from '../../time.ts';
import { dateAfter, dateAt, startOfDate } from '../../time-zone.ts';

/** A daily statement: what a merchant's feed listed between two moments, as a file with control totals. */

export const statementSchema = onFirstUse(() =>
  z.object({
    merchantId: storedMerchantId(),
    date: z.iso.date(),
    /** The merchant's time zone when this statement was made. */
    timeZone: z.string(),
    /** Inclusive, by `listedAt`. Equals the end of the previous statement. */
    from: storedTime(),
    /** Exclusive. */
    to: storedTime(),
    /** The sum of its windows' revisions. If a window is revised, this rises and a new file is made. */
    revision: z.number().int().nonnegative(),
    rows: z.number().int().nonnegative(),
    bytes: z.number().int().positive(),
    /** SHA-256 of the whole file, in hex. */
    sha256: z.string(),
    /** The file's name in storage. Each build has a new name, so that no file ever changes. */
    file: z.string(),
    builtAt: storedTime(),
  }),
);
export type Statement = Parsed<typeof statementSchema>;

export type StatementDay = Pick<Statement, 'date' | 'timeZone' | 'from' | 'to'>;

/** The day of a merchant's first statement: the whole day in which `startMs` lies. */
export function firstDay(startMs: number, timeZone: string): StatementDay {
  const date = dateAt(startMs, timeZone);
  return { date, timeZone, from: isoTime(startOfDate(date, timeZone)), to: endOfDate(date, timeZone) };
}

/**
 * The day after `last`. It begins where `last` ended, so statements neither overlap nor leave gaps, even if the merchant
 * changes its time zone. The day of such a change is shorter or longer than others.
 */
export function dayAfter(last: StatementDay, timeZone: string): StatementDay {
  const date = dateAfter(last.date);
  const end = endOfDate(date, timeZone);
  return { date, timeZone, from: last.to, to: end > last.to ? end : last.to };
}

/** The first whole day that is not older than `oldest`. */
export function firstDaySince(oldest: string, timeZone: string): StatementDay {
  const day = firstDay(msOf(oldest), timeZone);
  return day.from < oldest ? dayAfter(day, timeZone) : day;
}

export function endOfDate(date: string, timeZone: string): string {
  return isoTime(startOfDate(dateAfter(date), timeZone));
}
