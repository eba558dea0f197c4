import { describe, expect, it } from 'vitest';
import {
  DEFAULT_RETRY_POLICY,
  nextAttemptAt,
  readRetryPolicy,
} from '../../../lib/local/scheduler/retry-policy.ts';

const DAY_MS = 86_400_000;
const target = (RetryPolicy: unknown) => ({ RetryPolicy });

describe('a retry policy', () => {
  it.each([[target(undefined)], [target({})], [undefined]])('is Scheduler’s own without one: %j', (given) => {
    expect(readRetryPolicy(given)).toEqual({ maximumRetries: 185, maximumAgeMs: DAY_MS });
  });

  it('is read from the target', () => {
    const given = target({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
    expect(readRetryPolicy(given)).toEqual({ maximumRetries: 0, maximumAgeMs: 60_000 });
  });

  it.each([
    ['often'],
    [{ MaximumRetryAttempts: 186 }],
    [{ MaximumRetryAttempts: -1 }],
    [{ MaximumRetryAttempts: 1.5 }],
    [{ MaximumRetryAttempts: '3' }],
    [{ MaximumEventAgeInSeconds: 59 }],
    [{ MaximumEventAgeInSeconds: 86_401 }],
    [{ MaximumEventAgeInSeconds: null }],
  ])('is not valid outside its bounds: %j', (given) => {
    expect(readRetryPolicy(target(given))).toBeUndefined();
  });
});

describe('the next attempt', () => {
  it('waits twice as long after each failure, up to eight minutes', () => {
    const waits = Array.from({ length: 11 }, (_, failures) =>
      nextAttemptAt(DEFAULT_RETRY_POLICY, { failures, failingSince: 0 }, 0),
    );
    expect(waits.map((ms = Number.NaN) => ms / 1000)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 480, 480]);
  });

  it('is not made beyond the number of retries', () => {
    const policy = { ...DEFAULT_RETRY_POLICY, maximumRetries: 2 };
    expect(nextAttemptAt(policy, { failures: 1, failingSince: 0 }, 0)).toBe(2_000);
    expect(nextAttemptAt(policy, { failures: 2, failingSince: 0 }, 0)).toBeUndefined();
  });

  it('is not made beyond the age, which begins with the first failure', () => {
    const policy = { ...DEFAULT_RETRY_POLICY, maximumAgeMs: 60_000 };
    expect(nextAttemptAt(policy, { failures: 0, failingSince: undefined }, DAY_MS)).toBe(DAY_MS + 1_000);
    expect(nextAttemptAt(policy, { failures: 1, failingSince: 0 }, 58_000)).toBe(60_000);
    expect(nextAttemptAt(policy, { failures: 1, failingSince: 0 }, 58_001)).toBeUndefined();
  });
});
