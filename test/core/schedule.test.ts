import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DEFAULT_SCHEDULE,
  delaysOf,
  MAX_RETRY_AFTER_SECONDS,
  nextDelay,
  type Schedule,
  scheduleSchema,
  totalSeconds,
} from '../../lib/core/schedule.ts';

const schedules: fc.Arbitrary<Schedule> = fc.oneof(
  fc.constantFrom<Schedule>('wechat', 'alipay', 'standard-webhooks'),
  fc.array(fc.integer({ min: 1, max: 86_400 }), { minLength: 1, maxLength: 30 }),
);
const fractions = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the presets', () => {
  test.each([
    ['wechat', 15, 24 * 3_600 + 4 * 60],
    ['alipay', 7, 24 * 3_600 + 24 * 60],
    ['standard-webhooks', 9, 75 * 3_600 + 35 * 60 + 5],
  ] as const)('%s has %i delays and lasts %i seconds', (name, count, seconds) => {
    expect(delaysOf(name)).toHaveLength(count);
    expect(totalSeconds(name)).toBe(seconds);
  });

  test('wechat is the default, with the delays that WeChat Pay publishes', () => {
    expect(delaysOf(DEFAULT_SCHEDULE)).toEqual([
      15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600,
    ]);
  });

  test('alipay and standard-webhooks have the published delays', () => {
    expect(delaysOf('alipay')).toEqual([240, 600, 600, 3_600, 7_200, 21_600, 54_000]);
    expect(delaysOf('standard-webhooks')).toEqual([
      5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
    ]);
  });

  test('are themselves schedules that a merchant could have written as a list', () => {
    for (const name of ['wechat', 'alipay', 'standard-webhooks'] as const) {
      expect(scheduleSchema().parse([...delaysOf(name)])).toEqual(delaysOf(name));
    }
  });
});

describe('the schema', () => {
  test('takes the names of the presets and lists of 1 to 30 whole delays of 1 to 86,400 seconds', () => {
    for (const schedule of ['wechat', 'alipay', 'standard-webhooks', [1], [86_400], Array(30).fill(15)]) {
      expect(scheduleSchema().parse(schedule)).toEqual(schedule);
    }
  });

  test.each([
    ['an unknown name', 'WeChat'],
    ['no delays', []],
    ['31 delays', Array(31).fill(15)],
    ['a delay of 0', [0]],
    ['a delay of more than a day', [86_401]],
    ['a negative delay', [-1]],
    ['half a second', [1.5]],
    ['a number written as text', ['15']],
    ['not a number', [Number.NaN]],
    ['no schedule', null],
  ])('refuses %s', (_, schedule) => {
    expect(scheduleSchema().safeParse(schedule).success).toBe(false);
  });
});

describe('the next delay', () => {
  test('of a notification without an attempt is 0: the first attempt is due at once', () => {
    expect(nextDelay({ schedule: 'wechat', attemptsMade: 0, fraction: 0.9 })).toEqual({ delaySeconds: 0 });
  });

  test('follows the list, delay by delay, and ends after the last', () => {
    const made = [1, 2, 3, 4].map((attemptsMade) =>
      nextDelay({ schedule: [2, 3, 5], attemptsMade, fraction: 0 }),
    );
    expect(made).toEqual([{ delaySeconds: 2 }, { delaySeconds: 3 }, { delaySeconds: 5 }, 'exhausted']);
  });

  test('lets wechat make sixteen attempts', () => {
    expect(nextDelay({ schedule: 'wechat', attemptsMade: 15, fraction: 0 })).toEqual({
      delaySeconds: 21_600,
    });
    expect(nextDelay({ schedule: 'wechat', attemptsMade: 16, fraction: 0 })).toBe('exhausted');
  });

  test('spreads evenly over 0 to 10 % more than the schedule asks', () => {
    const delays = [0, 0.26, 0.51, 0.74, 0.999_999].map((fraction) =>
      nextDelay({ schedule: [30], attemptsMade: 1, fraction }),
    );
    expect(delays).toEqual([30, 31, 32, 32, 33].map((delaySeconds) => ({ delaySeconds })));
  });

  test('is what the receiver asks for where that is longer', () => {
    expect(nextDelay({ schedule: [30], attemptsMade: 1, retryAfterSeconds: 120, fraction: 0 })).toEqual({
      delaySeconds: 120,
    });
    expect(nextDelay({ schedule: [30], attemptsMade: 1, retryAfterSeconds: 29, fraction: 0 })).toEqual({
      delaySeconds: 30,
    });
  });

  test('waits at most an hour for the receiver, but as long as the schedule says', () => {
    const asked = { attemptsMade: 1, retryAfterSeconds: 1e9, fraction: 0 };
    expect(nextDelay({ schedule: [30], ...asked })).toEqual({ delaySeconds: MAX_RETRY_AFTER_SECONDS });
    expect(nextDelay({ schedule: [7_200], ...asked })).toEqual({ delaySeconds: 7_200 });
  });

  test('is not prolonged beyond the end of the schedule by Retry-After', () => {
    expect(nextDelay({ schedule: [30], attemptsMade: 2, retryAfterSeconds: 60, fraction: 0 })).toBe(
      'exhausted',
    );
  });

  test('is always whole, at least what schedule and receiver ask, and at most 10 % more', () => {
    const waits = fc.option(fc.double({ min: 0, max: 1e12, noNaN: true }), { nil: undefined });
    fc.assert(
      fc.property(schedules, fc.nat(40), waits, fractions, (schedule, made, retryAfterSeconds, fraction) => {
        const attemptsMade = made + 1;
        const next = nextDelay({ schedule, attemptsMade, retryAfterSeconds, fraction });
        const scheduled = delaysOf(schedule)[attemptsMade - 1];
        if (scheduled === undefined) return next === 'exhausted';
        if (next === 'exhausted') return false;
        const least = Math.max(scheduled, Math.ceil(Math.min(retryAfterSeconds ?? 0, 3_600)));
        const { delaySeconds } = next;
        return Number.isInteger(delaySeconds) && delaySeconds >= least && delaySeconds <= least * 1.1;
      }),
    );
  });

  test('grows with the fraction', () => {
    fc.assert(
      fc.property(schedules, fractions, fractions, (schedule, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)].map((fraction) =>
          nextDelay({ schedule, attemptsMade: 1, fraction }),
        );
        return (
          less !== 'exhausted' &&
          more !== 'exhausted' &&
          (less?.delaySeconds ?? 1) <= (more?.delaySeconds ?? 0)
        );
      }),
    );
  });

  test('is within its bounds for any numbers', () => {
    const numbers = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, -1, 0.5, 1));
    fc.assert(
      fc.property(
        schedules,
        numbers,
        numbers,
        numbers,
        (schedule, attemptsMade, retryAfterSeconds, fraction) => {
          const next = nextDelay({ schedule, attemptsMade, retryAfterSeconds, fraction });
          if (next === 'exhausted') return true;
          return Number.isInteger(next.delaySeconds) && next.delaySeconds >= 0 && next.delaySeconds <= 95_040;
        },
      ),
    );
  });
});
