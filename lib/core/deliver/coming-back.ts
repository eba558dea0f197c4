import { Fault } from '../faults.ts';
import type { Random } from '../runtime/environment.ts';

/** The pause before the queue delivers a failed message again. Without it, the message waits for its visibility time-out. */

/** A received message whose visibility time-out can be changed. */
export interface Received {
  /** How many times the queue has delivered it; 1 on the first receipt. */
  readonly receivedTimes: number;
  /** Makes the queue deliver it again `seconds` from now. */
  hide(seconds: number): Promise<void>;
}

const FIRST_PAUSE_SECONDS = 5;
/** Factor by which each pause exceeds the previous one. */
const GROWTH = 3;
/** Jitter shortens each pause by up to this share, so that messages that failed together do not return together. */
const JITTER = 0.2;

/**
 * The pause before the next receipt: 5, 15, 45, 135 seconds and so on, minus jitter.
 *
 * @param longestSeconds upper bound of a pause: the queue's own visibility time-out
 */
export function pauseSeconds(
  receivedTimes: number,
  { longestSeconds, fraction }: { readonly longestSeconds: number; readonly fraction: number },
): number {
  const seconds = Math.min(FIRST_PAUSE_SECONDS * GROWTH ** (receivedTimes - 1), longestSeconds);
  return Math.ceil(seconds * (1 - JITTER * fraction));
}

/**
 * Processes a message. After a retryable fault, it comes back after a pause that grows with each receipt. After any other
 * error, or if the process dies before it sets the pause, it comes back at its visibility time-out.
 *
 * @throws every error that `work` throws
 */
export async function withRetryPause(
  ports: { readonly random: Pick<Random, 'fraction'>; readonly longestPauseSeconds: number },
  message: Received,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Fault && error.retryable) {
      const pause = pauseSeconds(message.receivedTimes, {
        longestSeconds: ports.longestPauseSeconds,
        fraction: ports.random.fraction(),
      });
      // Best effort: if the call fails, the message comes back at its visibility time-out.
      await message.hide(pause).catch(() => undefined);
    }
    throw error;
  }
}
