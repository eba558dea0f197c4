import { isObject } from '../template/json-object.ts';

/** How long and how often Scheduler tries to send a message again. */
export interface RetryPolicy {
  readonly maximumRetries: number;
  /** From the first failure to the last attempt, in milliseconds. */
  readonly maximumAgeMs: number;
}

/** The attempts that failed so far. */
export interface Failures {
  readonly failures: number;
  /** When the first of them failed, in milliseconds since 1970. */
  readonly failingSince: number | undefined;
}

/** Bounds of the API reference of EventBridge Scheduler ("RetryPolicy"). The upper ones are the defaults. */
const RETRIES = { minimum: 0, maximum: 185 };
const AGE_SECONDS = { minimum: 60, maximum: 86_400 };
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maximumRetries: RETRIES.maximum,
  maximumAgeMs: AGE_SECONDS.maximum * 1000,
};

/** Waits double from the first to the longest. AWS does not publish its own; with these, 185 retries take about a day. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 480_000;

/** The retry policy of a schedule's target; `undefined` if it is not valid. */
export function readRetryPolicy(target: unknown): RetryPolicy | undefined {
  const given = (isObject(target) ? target.RetryPolicy : undefined) ?? {};
  if (!isObject(given)) return undefined;
  const { MaximumRetryAttempts = RETRIES.maximum, MaximumEventAgeInSeconds = AGE_SECONDS.maximum } = given;
  if (!isWithin(MaximumRetryAttempts, RETRIES) || !isWithin(MaximumEventAgeInSeconds, AGE_SECONDS))
    return undefined;
  return { maximumRetries: MaximumRetryAttempts, maximumAgeMs: MaximumEventAgeInSeconds * 1000 };
}

function isWithin(value: unknown, { minimum, maximum }: typeof RETRIES): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum;
}

/**
 * When to try again after another failure at `now`, in milliseconds since 1970.
 * @param earlier the failures before it
 * @returns `undefined` if the policy allows no more attempts
 */
export function nextAttemptAt(policy: RetryPolicy, earlier: Failures, now: number): number | undefined {
  const at = now + Math.min(FIRST_WAIT_MS * 2 ** earlier.failures, LONGEST_WAIT_MS);
  const endsAt = (earlier.failingSince ?? now) + policy.maximumAgeMs;
  return earlier.failures < policy.maximumRetries && at <= endsAt ? at : undefined;
}
