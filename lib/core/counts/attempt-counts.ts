import type { Attempt } from '../deliver/state/notification.ts';
import { msOf } from '../time.ts';

/**
 * What is counted of attempts: `delivered`; `failed#<error>`, with the error that the attempt stores; `delay#<bound>`, a
 * histogram of the time from listing to the answer of the first attempt. Counts add up, so hours make days, and endpoints
 * make merchants.
 */
export type Counts = ReadonlyMap<string, number>;

export const DELIVERED = 'delivered';
export const FAILED = 'failed#';
export const DELAY = 'delay#';
/** Notifications by state: `state#<state>`, in the hour in which their outcome was listed. */
export const STATE = 'state#';
/** Notifications that the audit found missing and created, and those that it expects, in the same hour. */
export const LOST = 'lost';
export const EXPECTED = 'expected';

/** The receiver answered 410. The attempt stores no error for it. */
const GONE = 'gone';
/** A delay above the last bound. */
export const OVER = 'over';

/**
 * Upper bounds of the histogram, inclusive, in milliseconds. Rows name the bound and not its place, so bounds may be added
 * later. The first lane aborts a request after 2 s; a batch of the lane starts within a second.
 */
export const DELAY_BOUNDS_MS = [
  100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 3_600_000,
] as const;

/** What one attempt adds. Each attempt is one of `delivered` and `failed#`. */
export function countsOfAttempt(attempt: Attempt, listedAt: string): Counts {
  const result = isDelivered(attempt) ? DELIVERED : `${FAILED}${attempt.error ?? GONE}`;
  const names = attempt.number === 1 ? [result, `${DELAY}${boundOf(delayMs(attempt, listedAt))}`] : [result];
  return new Map(names.map((name) => [name, 1]));
}

export function sumOfCounts(all: Iterable<Counts>): Counts {
  const sum = new Map<string, number>();
  for (const counts of all) {
    for (const [name, count] of counts) sum.set(name, (sum.get(name) ?? 0) + count);
  }
  return sum;
}

function isDelivered({ error, statusCode = 0 }: Attempt): boolean {
  return error === undefined && statusCode >= 200 && statusCode <= 299;
}

/** Machines' clocks differ a little, so the difference may be negative. */
function delayMs({ at, durationMs }: Attempt, listedAt: string): number {
  return Math.max(0, msOf(at) + durationMs - msOf(listedAt));
}

function boundOf(ms: number): string {
  return String(DELAY_BOUNDS_MS.find((bound) => ms <= bound) ?? OVER);
}
