import { type Alert, alertSchema } from '../../../core/deliver/alerts/alert.ts';
import { DAY_SECONDS } from '../../../core/time.ts';

/**
 * Days that alerts and their notifications are kept: longer than any schedule (33 days with jitter), since each attempt reads
 * its alert. Not the service's retention: alerts are hints, and what they are about is kept elsewhere.
 */
const ALERT_DAYS = 45;
/** Days that repeats are kept: until their summary has its count. */
const REPEAT_DAYS = 3;

export const alertTtl = (nowMs: number) => ttlOf(nowMs, ALERT_DAYS);
export const repeatTtl = (nowMs: number) => ttlOf(nowMs, REPEAT_DAYS);

function ttlOf(nowMs: number, days: number): number {
  return Math.floor(nowMs / 1_000) + days * DAY_SECONDS;
}

/** @throws ZodError if the item is not an alert */
export function alertFromItem(item: Readonly<Record<string, unknown>>): Alert {
  return alertSchema().parse(item);
}
