import { MINUTE_MS } from '../../time.ts';
import type { RequestFailure } from './circuit.ts';

/** One process's counts of requests to a circuit. They are not stored; only the health changes they cause are. */
export interface RequestCounts {
  /** Since the last success. */
  readonly failuresInARow: number;
  /** When the first of these failures occurred, in ms since 1970. */
  readonly firstFailureMs: number;
  /** Weighted mean duration; undefined before the first request. */
  readonly meanMs: number | undefined;
  /** When the last success ended, in ms since 1970; undefined before the first. */
  readonly lastSuccessMs: number | undefined;
}

/** How one request ended. */
export interface RequestResult {
  readonly isDelivered: boolean;
  readonly durationMs: number;
  /** Why it failed. Absent if it was delivered. */
  readonly failure?: RequestFailure;
}

export const NO_REQUESTS: RequestCounts = {
  failuresInARow: 0,
  firstFailureMs: 0,
  meanMs: undefined,
  lastSuccessMs: undefined,
};

/** Weight of the latest request in the mean duration. */
const LATEST_WEIGHT = 0.5;

export function counted(
  { failuresInARow, firstFailureMs, meanMs, lastSuccessMs }: RequestCounts,
  { isDelivered, durationMs }: RequestResult,
  nowMs: number,
): RequestCounts {
  return {
    meanMs: meanMs === undefined ? durationMs : durationMs * LATEST_WEIGHT + meanMs * (1 - LATEST_WEIGHT),
    failuresInARow: isDelivered ? 0 : failuresInARow + 1,
    firstFailureMs: !isDelivered && failuresInARow === 0 ? nowMs : firstFailureMs,
    lastSuccessMs: isDelivered ? nowMs : lastSuccessMs,
  };
}

/** Consecutive failures that open a breaker, if they span at least {@link OPEN_AFTER_MS}. */
const OPEN_AFTER_FAILURES = 20;
const OPEN_AFTER_MS = MINUTE_MS;

/** Whether the streak of failures is long enough to treat the endpoint as dead. */
export function isStreakLong({ failuresInARow, firstFailureMs }: RequestCounts, nowMs: number): boolean {
  return failuresInARow >= OPEN_AFTER_FAILURES && nowMs - firstFailureMs >= OPEN_AFTER_MS;
}

/** An endpoint becomes slow when its mean exceeds `SLOW_MS`, and stays slow until the mean is below `QUICK_MS`. */
export const SLOW_MS = 2_000;
const QUICK_MS = 1_000;

export function isSlowNow({ meanMs = 0 }: RequestCounts, wasSlow: boolean): boolean {
  return wasSlow ? meanMs >= QUICK_MS : meanMs > SLOW_MS;
}
