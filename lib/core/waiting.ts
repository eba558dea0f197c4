import { MINUTE_MS } from './time.ts';

/** The longest wait that a queue can hold (SQS `DelaySeconds` ends at 900). A longer one costs a schedule. */
export const MAX_QUEUE_WAIT_MS = 15 * MINUTE_MS;

export interface Wait {
  /** What was promised: the result is never shorter. */
  readonly leastMs: number;
  /** The same, lengthened by jitter. */
  readonly jitteredMs: number;
  /** The longest wait that is allowed at all. */
  readonly mostMs?: number | undefined;
}

/**
 * Clamps a wait after its jitter, which no other bound does: to `mostMs`, and, where a queue can hold the wait without
 * jitter, to what a queue can hold. So jitter alone never turns a queue's delay into a schedule.
 *
 * @example clampWait({ leastMs: 870_000, jitteredMs: 950_000 }) // 900_000
 */
export function clampWait({ leastMs, jitteredMs, mostMs = Number.POSITIVE_INFINITY }: Wait): number {
  const boundMs = leastMs <= MAX_QUEUE_WAIT_MS ? Math.min(mostMs, MAX_QUEUE_WAIT_MS) : mostMs;
  return Math.max(leastMs, Math.min(jitteredMs, boundMs));
}
