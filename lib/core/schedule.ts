import * as z from 'zod';
import { SCHEDULE_PRESETS, type SchedulePreset } from '../protocol/contract-words.ts';
import { onFirstUse, type Parsed } from './reading/on-first-use.ts';
import { clampWait } from './runtime/waiting.ts';
import { SECOND_MS } from './time.ts';

/** Longest wait, in seconds, that a receiver's `Retry-After` header can cause, jitter included. */
export const MAX_RETRY_AFTER_SECONDS = 3_600;

const MAX_DELAYS = 30;
const MAX_DELAY_SECONDS = 86_400;

/** Jitter lengthens a delay by at most a tenth, and never shortens it. */
export const JITTER_DIVISOR = 10;

const MINUTE = 60;
const HOUR = 3_600;

/**
 * The named schedules, as delays in seconds between attempts.
 *
 * - `wechat`: the retry intervals of WeChat Pay's payment notification, 24 h 4 min in all.
 * - `alipay`: the retry intervals of Alipay's asynchronous notification, 24 h 24 min in all.
 * - `standard-webhooks`: the schedule that the Standard Webhooks 1.0.0 specification recommends, 75 h 35 min 5 s.
 */
const PRESETS = {
  wechat: [
    15,
    15,
    30,
    3 * MINUTE,
    10 * MINUTE,
    20 * MINUTE,
    30 * MINUTE,
    30 * MINUTE,
    30 * MINUTE,
    60 * MINUTE,
    3 * HOUR,
    3 * HOUR,
    3 * HOUR,
    6 * HOUR,
    6 * HOUR,
  ],
  alipay: [4 * MINUTE, 10 * MINUTE, 10 * MINUTE, 1 * HOUR, 2 * HOUR, 6 * HOUR, 15 * HOUR],
  'standard-webhooks': [
    5,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
  ],
} as const satisfies Record<SchedulePreset, readonly number[]>;

const INVALID = 'invalid_schedule';

/**
 * A schedule as merchants write it: the name of a preset, or 1 to 30 whole delays of 1 to 86,400 seconds.
 *
 * @example scheduleSchema.parse([15, 15, 30])
 */
export const scheduleSchema = onFirstUse(() =>
  z.union(
    [
      z.enum(SCHEDULE_PRESETS),
      z
        .array(z.int(INVALID).min(1, INVALID).max(MAX_DELAY_SECONDS, INVALID), INVALID)
        .min(1, INVALID)
        .max(MAX_DELAYS, INVALID)
        .readonly(),
    ],
    INVALID,
  ),
);

/** A preset's name, or the delays in seconds between attempts. */
export type Schedule = Parsed<typeof scheduleSchema>;

/** The stored form, read tolerantly: it accepts unknown presets of newer versions, and more or longer delays than today's. */
export const storedScheduleSchema = onFirstUse(
  () =>
    z.union([
      z.string(),
      z.array(z.number().nonnegative()).min(1).readonly(),
    ]) as unknown as z.ZodType<Schedule>,
);

/** The default schedule of a merchant. */
export const DEFAULT_SCHEDULE = 'wechat' satisfies Schedule;

/**
 * The delays of a schedule in seconds: delay `i` (from 1) lies between attempt `i` and attempt `i + 1`, so
 * a schedule of n delays makes n + 1 attempts. A preset that only a newer version knows falls back to the default.
 */
export function delaysOf(schedule: Schedule): readonly number[] {
  if (typeof schedule !== 'string') return schedule;
  return Object.hasOwn(PRESETS, schedule) ? PRESETS[schedule] : PRESETS[DEFAULT_SCHEDULE];
}

/** The sum of a schedule's delays in seconds, without jitter: `wechat` gives 86,640. */
export function totalSeconds(schedule: Schedule): number {
  return delaysOf(schedule).reduce((total, delay) => total + delay, 0);
}

export interface NextDelayOptions {
  readonly schedule: Schedule;
  /** Attempts made so far. The first is due at once. */
  readonly attemptsMade: number;
  /** The receiver's `Retry-After`, in seconds. */
  readonly retryAfterSeconds?: number | undefined;
  /** Drawn by the caller: 0 adds nothing, 1 adds the whole jitter. */
  readonly fraction: number;
}

/**
 * The wait before the next attempt, in whole seconds because SQS counts in them; `exhausted` if no attempt is left.
 *
 * - The wait is the longer of the schedule's delay and the receiver's `Retry-After`. Jitter lengthens it by up to 10 %,
 *   so that attempts which failed together are not retried together.
 * - It is never shorter than the schedule and the receiver ask for.
 * - If the receiver's `Retry-After` decides, the wait is at most one hour, jitter included.
 * - A wait that a queue can hold stays one ({@link clampWait}).
 * - Total: an unusable `retryAfterSeconds` counts as absent, an unusable `fraction` as 0, and an unusable `attemptsMade`
 *   as a used-up schedule.
 *
 * @example nextDelay({ schedule: 'wechat', attemptsMade: 16, fraction: 0 }) // 'exhausted'
 */
export function nextDelay(options: NextDelayOptions): { readonly delaySeconds: number } | 'exhausted' {
  const { schedule, attemptsMade, retryAfterSeconds, fraction } = options;
  if (attemptsMade === 0) return { delaySeconds: 0 };
  const scheduled = delaysOf(schedule)[attemptsMade - 1];
  if (scheduled === undefined) return 'exhausted';
  const asked = Math.ceil(Math.min(retryAfterSeconds ?? 0, MAX_RETRY_AFTER_SECONDS));
  const isAsked = asked >= scheduled;
  const waitSeconds = isAsked ? asked : scheduled;
  const delayMs = clampWait({
    minMs: waitSeconds * SECOND_MS,
    jitteredMs: (waitSeconds + jitterSeconds(waitSeconds, fraction)) * SECOND_MS,
    maxMs: isAsked ? MAX_RETRY_AFTER_SECONDS * SECOND_MS : undefined,
  });
  return { delaySeconds: delayMs / SECOND_MS };
}

/** Jitter, evenly distributed over the whole seconds from 0 to a tenth of the wait. */
function jitterSeconds(waitSeconds: number, fraction: number): number {
  const most = Math.floor(waitSeconds / JITTER_DIVISOR);
  return fraction > 0 ? Math.min(Math.floor(fraction * (most + 1)), most) : 0;
}
