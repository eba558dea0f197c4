import { MINUTE_MS } from '../time.ts';

/** The longest wait that a queue can hold (SQS `DelaySeconds` is at most 900). A longer wait needs a schedule. */
export const MAX_QUEUE_WAIT_MS = 15 * MINUTE_MS;

export interface Wait {
  /** The wait without jitter. The result is never shorter. */
  readonly minMs: number;
  /** The wait with jitter. */
  readonly jitteredMs: number;
  /** Upper bound of the wait. */
  readonly maxMs?: number | undefined;
}

/**
 * Clamps a wait. This is the only bound that applies after jitter. It limits the wait to `maxMs`. If a queue can hold the
 * wait without jitter, it also limits it to what a queue can hold. So jitter alone never turns a queue's delay into a
 * schedule. `minMs` takes precedence over both limits.
 *
 * @example clampWait({ minMs: 870_000, jitteredMs: 950_000 }) // 900_000
 */
export function clampWait({ minMs, jitteredMs, maxMs = Number.POSITIVE_INFINITY }: Wait): number {
  const boundMs = minMs <= MAX_QUEUE_WAIT_MS ? Math.min(maxMs, MAX_QUEUE_WAIT_MS) : maxMs;
  return Math.max(minMs, Math.min(jitteredMs, boundMs));
}
