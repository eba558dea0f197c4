import { DAY_SECONDS, isoTime, msOf, SECOND_MS } from '../../time.ts';

/** When an endpoint is taken for lost: the rule, apart from who counts. */

/** Since the last success: when failures began, and on which days they came. */
export interface Failing {
  readonly failingSince?: string;
  /** Days since then on which an attempt failed, the first being 0; no more of them than decide. */
  readonly failedDays?: readonly number[];
}

/** Nothing but failures for so long disables an endpoint, */
const LOST_AFTER_DAYS = 5;
/**
 * if they came on so many different days. Two failures five days apart say nothing of the time between, and one bad
 * hour is one bad hour however many attempts fell into it: an endpoint that is seldom called is given up later.
 * Days rather than attempts are counted because processes then agree by one write a day.
 */
const FAILED_DAYS_TO_LOSE = 5;
const DAY_MS = DAY_SECONDS * SECOND_MS;

/** With one failure more. The same where it tells nothing new. */
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
