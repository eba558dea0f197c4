import type { Random } from '../system.ts';

/** How often and how long a call is repeated. */
export interface RetryPolicy {
  /** Requests of one call at most. */
  readonly maxTries: number;
  /** Milliseconds after the first failure, doubled after each further one. */
  readonly baseMs: number;
  /** Milliseconds that the doubling ends at. */
  readonly mostMs: number;
}

export const RETRY_POLICY: Omit<RetryPolicy, 'maxTries'> = { baseMs: 200, mostMs: 10_000 };

/**
 * Milliseconds to wait after the `failures`-th failure: anything from half of the step to the whole of it, so that
 * those who failed together do not come back together; never less than the server asked for.
 */
export function waitMs(
  policy: Omit<RetryPolicy, 'maxTries'>,
  failure: { readonly failures: number; readonly retryAfterMs?: number },
  random: Random,
): number {
  const step = Math.min(policy.mostMs, policy.baseMs * 2 ** (failure.failures - 1));
  const jittered = step * (0.5 + random.fraction() / 2);
  return Math.round(Math.max(jittered, failure.retryAfterMs ?? 0));
}

/** `Retry-After` in either form, in milliseconds from now; undefined where there is none that can be read. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
