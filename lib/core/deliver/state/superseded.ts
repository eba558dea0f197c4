import { MINUTE_MS, msOf } from '../../time.ts';

/** Later than any message of its own would be: that message is lost, or lies among the dead letters. */
const OVERDUE_MS = MINUTE_MS;

export interface SupersededMessage {
  /** How often the queue has handed the message out, 1 the first time. */
  readonly receivedTimes: number;
  readonly nowMs: number;
}

/**
 * Whether a message that finds its work done sends what the item is due. One that was received again may have done the
 * work itself and died before it scheduled the next; one that finds the item overdue, such as a dead letter that was put
 * back, stands in for a message that is lost.
 */
export function isNextUnsent(
  { nextAttemptAt }: { readonly nextAttemptAt?: string },
  { receivedTimes, nowMs }: SupersededMessage,
): boolean {
  if (receivedTimes > 1) return true;
  return nextAttemptAt !== undefined && msOf(nextAttemptAt) < nowMs - OVERDUE_MS;
}
