import { DAY_MS, isoTime, msOf } from '../../time.ts';

/** The rule for when an endpoint counts as lost. The counting itself happens elsewhere. */

/** Failures since the last success: when they began, and on which days they occurred. */
export interface Failing {
  readonly failingSince?: string;
  /** Days on which an attempt failed, counted from `failingSince` (day 0). At most {@link FAILED_DAYS_TO_LOSE} are kept. */
  readonly failedDays?: readonly number[];
}

/** An endpoint is lost after this long without a success, if {@link FAILED_DAYS_TO_LOSE} is reached too. */
const LOST_AFTER_DAYS = 5;
/**
 * Different days on which failures must have occurred. Two failures five days apart say nothing about the time between,
 * and one bad hour with many attempts is still one bad hour. So an endpoint that is seldom called is disabled later.
 * Days are counted instead of attempts, because processes then agree with one write a day.
 */
const FAILED_DAYS_TO_LOSE = 5;

/** Adds one failure. The result is unchanged if this day is already counted, or enough days are. */
export function failedAgain({ failingSince, failedDays = [] }: Failing, nowMs: number): Required<Failing> {
  const since = failingSince ?? isoTime(nowMs);
  const day = Math.max(Math.floor((nowMs - msOf(since)) / DAY_MS), 0);
  const isNew = !failedDays.includes(day) && failedDays.length < FAILED_DAYS_TO_LOSE;
  return { failingSince: since, failedDays: isNew ? [...failedDays, day] : failedDays };
}

export function isLost({ failingSince, failedDays = [] }: Failing, nowMs: number): boolean {
  if (failingSince === undefined || failedDays.length < FAILED_DAYS_TO_LOSE) return false;
  return nowMs - msOf(failingSince) >= LOST_AFTER_DAYS * DAY_MS;
}
