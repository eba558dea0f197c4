import { MINUTE_MS } from '../../time.ts';

/** What one process counts of the requests to a circuit. Counts are not stored: they only lead to changes that are. */
export interface RequestCounts {
  /** Since the last success. */
  readonly failuresInARow: number;
  /** When the first of them was. */
  readonly firstFailureMs: number;
  /** Undefined before the first request. */
  readonly meanMs: number | undefined;
}

/** How one request ended. */
export interface RequestResult {
  readonly isDelivered: boolean;
  readonly durationMs: number;
}

export const NO_REQUESTS: RequestCounts = { failuresInARow: 0, firstFailureMs: 0, meanMs: undefined };

/** Weight of the latest answer in the mean duration. */
const LATEST_WEIGHT = 0.5;

export function counted(
  { failuresInARow, firstFailureMs, meanMs }: RequestCounts,
  { isDelivered, durationMs }: RequestResult,
  nowMs: number,
): RequestCounts {
  return {
    meanMs: meanMs === undefined ? durationMs : durationMs * LATEST_WEIGHT + meanMs * (1 - LATEST_WEIGHT),
    failuresInARow: isDelivered ? 0 : failuresInARow + 1,
    firstFailureMs: !isDelivered && failuresInARow === 0 ? nowMs : firstFailureMs,
  };
}

/** Failures in a row after which a breaker opens, if they took at least {@link OPEN_AFTER_MS}. */
const OPEN_AFTER_FAILURES = 20;
const OPEN_AFTER_MS = MINUTE_MS;

/** Whether the failures in a row are enough to say that nobody is there. */
export function isStreakLong({ failuresInARow, firstFailureMs }: RequestCounts, nowMs: number): boolean {
  return failuresInARow >= OPEN_AFTER_FAILURES && nowMs - firstFailureMs >= OPEN_AFTER_MS;
}

/** An endpoint is slow above the first, until its answers are quicker than the second. */
export const SLOW_MS = 2_000;
const QUICK_MS = 1_000;

export function isSlowNow({ meanMs = 0 }: RequestCounts, wasSlow: boolean): boolean {
  return wasSlow ? meanMs >= QUICK_MS : meanMs > SLOW_MS;
}
