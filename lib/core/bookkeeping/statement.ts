import * as z from 'zod';
import { storedMerchantId, storedTime } from '../stored.ts';
import { isoTime, msOf } from '../time.ts';
import { dateAfter, dateAt, startOfDate } from '../time-zone.ts';

/** The statement of a day: what a merchant's feed listed between two moments, as a file with control totals. */

export const statementSchema = z.object({
  merchantId: storedMerchantId,
  date: z.iso.date(),
  /** The zone that was stated when this day's turn came. */
  timeZone: z.string(),
  /** Inclusive, by `listedAt`; where the statement before it ended. */
  from: storedTime,
  /** Exclusive. */
  to: storedTime,
  /** The sum of its windows' revisions: raised with any of them, and the file made anew. */
  revision: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative(),
  bytes: z.number().int().positive(),
  /** Of the whole file, in hex. */
  sha256: z.string(),
  /** The name under which the file is kept: one of its own each time, so that no file ever changes. */
  file: z.string(),
  builtAt: storedTime,
});
export type Statement = z.infer<typeof statementSchema>;

export type StatementDay = Pick<Statement, 'date' | 'timeZone' | 'from' | 'to'>;

/** The day of a merchant's first statement: that of `beganMs`, whole. */
export function firstDay(beganMs: number, timeZone: string): StatementDay {
  const date = dateAt(beganMs, timeZone);
  return { date, timeZone, from: isoTime(startOfDate(date, timeZone)), to: endOfDate(date, timeZone) };
}

/**
 * The day behind `last`. It begins where that ended, so that statements neither overlap nor leave anything out,
 * whatever zones the merchant moves between; the day of such a move is shorter or longer than others.
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
