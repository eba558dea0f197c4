import type { Random } from '../environment.ts';
import { Fault } from '../faults.ts';

/** When a message that met a fault is handed out again: by itself, it would wait until its visibility ends. */

/** A message as it was received, which its queue can hide for another while than its own. */
export interface Received {
  /** How often the queue has handed it out, 1 the first time. */
  readonly receivedTimes: number;
  /** Lets the queue hand it out again after so many seconds from now. */
  hide(seconds: number): Promise<void>;
}

const FIRST_PAUSE_SECONDS = 5;
/** Each pause is so many times the one before. */
const GROWTH = 3;
/** Pauses are shortened by up to this share, so that what failed together does not come back together. */
const JITTER = 0.2;

/**
 * 5, 15, 45, 135 seconds and so on, less the jitter.
 *
 * @param longestSeconds the queue's own visibility time-out: no pause is longer
 */
export function pauseSeconds(
  receivedTimes: number,
  { longestSeconds, fraction }: { readonly longestSeconds: number; readonly fraction: number },
): number {
  const seconds = Math.min(FIRST_PAUSE_SECONDS * GROWTH ** (receivedTimes - 1), longestSeconds);
  return Math.ceil(seconds * (1 - JITTER * fraction));
}

/**
 * Works a message off. Where a fault that may pass stopped it, it comes back after a pause that grows with each receipt.
 * Everything else that is thrown, and dying before the pause is set, leaves it to its visibility time-out.
 */
export async function orComeBack(
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
      // Advice to the queue: where it cannot be given, the message comes back later.
      await message.hide(pause).catch(() => undefined);
    }
    throw error;
  }
}
