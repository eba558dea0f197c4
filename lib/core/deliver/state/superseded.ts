import { MINUTE_MS, msOf } from '../../time.ts';

/** An item overdue by this much has lost its message, or the message is in the dead-letter queue. */
const OVERDUE_MS = MINUTE_MS;

export interface SupersededMessage {
  /** How many times the queue has delivered the message; 1 on the first receipt. */
  readonly receivedTimes: number;
  readonly nowMs: number;
}

/**
 * Whether a message that finds its work done must send the item's next message. A message received again may have done
 * the work itself and died before it scheduled the next. A message that finds the item overdue, such as a dead letter
 * that was put back, replaces a lost message.
 */
export function isNextUnsent(
  { nextAttemptAt }: { readonly nextAttemptAt?: string },
  { receivedTimes, nowMs }: SupersededMessage,
): boolean {
  if (receivedTimes > 1) return true;
  return nextAttemptAt !== undefined && msOf(nextAttemptAt) < nowMs - OVERDUE_MS;
}
