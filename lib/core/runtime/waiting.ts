import { MINUTE_MS } from '../time.ts';

/** The longest wait that a queue can hold (SQS `DelaySeconds` is at most 900). A longer wait needs a schedule. */
export const MAX_QUEUE_WAIT_MS = 15 * MINUTE_MS;

export interface Wait {
  /** The wait without jitter. The result is never shorter. */
  readonly leastMs: number;
  /** The wait with jitter. */
  readonly jitteredMs: number;
  /** Upper bound of the wait. */
  readonly mostMs?: number | undefined;
}

/**
 * Clamps a wait. This is the only bound that applies after jitter. It limits the wait to `mostMs`. If a queue can hold the
 * wait without jitter, it also limits it to what a queue can hold. So jitter alone never turns a queue's delay into a
 * schedule. `leastMs` takes precedence over both limits.
 *
 * @example clampWait({ leastMs: 870_000, jitteredMs: 950_000 }) // 900_000
 */
export function clampWait({ leastMs, jitteredMs, mostMs = Number.POSITIVE_INFINITY }: Wait): number {
  const boundMs = leastMs <= MAX_QUEUE_WAIT_MS ? Math.min(mostMs, MAX_QUEUE_WAIT_MS) : mostMs;
  return Math.max(leastMs, Math.min(jitteredMs, boundMs));
}
