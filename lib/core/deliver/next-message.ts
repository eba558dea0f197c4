import type { Clock } from '../runtime/environment.ts';
import { MINUTE_MS, msOf } from '../time.ts';
import type { Dispatcher, Due } from './dispatcher.ts';

/** The message that follows a write under the fence: a notification's next attempt, or the next check. */

interface SendingPorts {
  readonly dispatcher: Pick<Dispatcher, 'sendAt'>;
  readonly clock: Clock;
}

/** An item's message for its current `rev`, and when the item is due. Without a time, it is due now. */
interface NextMessage {
  readonly message: Due['message'];
  readonly nextAttemptAt: string | undefined;
}

/** The message that is being processed. */
interface ReceivedMessage {
  readonly message: { readonly rev: number };
  /** How many times the queue has delivered it; 1 on the first receipt. */
  readonly receivedTimes: number;
}

/** An item overdue by this much has lost its message, or the message is in the dead-letter queue. */
const OVERDUE_MS = MINUTE_MS;

/** Sends the item's message for the time at which it is due. */
export function sendNext(
  { dispatcher, clock }: SendingPorts,
  { message, nextAttemptAt }: NextMessage,
): Promise<void> {
  return dispatcher.sendAt(message, nextAttemptAt === undefined ? clock.now() : msOf(nextAttemptAt));
}

/**
 * For a message that finds its work done: sends the item's next message if nobody may have sent it. A message received
 * again may have done the work itself and died before it sent the next. A message that finds the item overdue, such as a
 * dead letter that was put back, replaces a lost message.
 *
 * @returns whether it was sent
 */
export async function sendNextIfUnsent(
  ports: SendingPorts,
  next: NextMessage,
  { receivedTimes }: ReceivedMessage,
): Promise<boolean> {
  const { nextAttemptAt } = next;
  const isOverdue = nextAttemptAt !== undefined && msOf(nextAttemptAt) < ports.clock.now() - OVERDUE_MS;
  if (receivedTimes === 1 && !isOverdue) return false;
  await sendNext(ports, next);
  return true;
}

/** Whether an earlier receipt of this message may have written the current item, and died before it reported it. */
export function mayBeUnreported(
  current: { readonly rev: number },
  { message, receivedTimes }: ReceivedMessage,
): boolean {
  return receivedTimes > 1 && current.rev === message.rev + 1;
}
