import * as z from 'zod';
import { merchantIdSchema } from './core/model.ts';
import { MAX_QUEUE_WAIT_MS } from './core/runtime/waiting.ts';
import { DAY_SECONDS, SECOND_MS } from './core/time.ts';

/**
 * Rules and defaults of the settings that operators may change. The construct checks its props with them at synthesis.
 * The functions check their environment with them at start. So a configuration that deploys also starts.
 */

const MAX_WINDOW_SECONDS = 3_600;
const MAX_HORIZON_DAYS = 30;
const MAX_RETENTION_DAYS = 3_650;
/** Limits of AWS: concurrency of an event source, parallel batches of a stream's shard, requests of API Gateway. */
const MAX_CONCURRENCY = 1_000;
const MAX_PARALLELIZATION = 10;
const MAX_REQUESTS = 1_000_000;

/** A whole number from `min` to `max`. */
const whole = (min: number, max: number) => {
  const rule = { error: `must be a whole number from ${min} to ${max}` };
  return z.int(rule).min(min, rule).max(max, rule);
};

const rate = { error: `must be a number above 0 and at most ${MAX_REQUESTS}` };
const port = whole(1, 65_535);
const account = z.string().regex(/^\d{12}$/, { error: 'must be an account: 12 digits' });
/** `*` stands for every merchant. */
const recordedMerchants = z
  .array(
    z.string().refine((id) => id === '*' || merchantIdSchema.safeParse(id).success, {
      error: 'must be a merchant id',
    }),
  )
  .min(1, { error: 'must name at least one merchant' });

/** One zod rule for each setting. */
export const RULES = {
  feedLagSeconds: whole(3, 300),
  windowSeconds: whole(1, MAX_WINDOW_SECONDS).refine((seconds) => MAX_WINDOW_SECONDS % seconds === 0, {
    error: 'must be a divisor of 3600',
  }),
  auditAfterSeconds: whole(1, DAY_SECONDS),
  retentionDays: whole(1, MAX_RETENTION_DAYS),
  checkHorizonSeconds: whole(1, MAX_HORIZON_DAYS * DAY_SECONDS),
  concurrency: whole(2, MAX_CONCURRENCY),
  relayParallelization: whole(1, MAX_PARALLELIZATION),
  rateLimit: z.number(rate).positive(rate).max(MAX_REQUESTS, rate),
  burstLimit: whole(1, MAX_REQUESTS),
  callbackPorts: z.array(port).min(1, { error: 'must name at least one port' }),
  /** Merchants by AWS account, as the function reads them. */
  recorders: z.record(account, recordedMerchants),
  account,
  recordedMerchants,
} as const;

/** Defaults of the settings. Seconds and days, as the names say. */
export const DEFAULTS = {
  feedLagSeconds: 30,
  windowSeconds: 300,
  auditAfterSeconds: 900,
  retentionDays: 90,
  checkHorizonSeconds: DAY_SECONDS,
  callbackPorts: [443, 8443],
  /** Most parallel invocations for each lane. */
  concurrency: { first: 50, retry: 20, check: 10 },
  relayParallelization: 1,
  /** Requests per second of the whole API, and the size of a burst. */
  throttle: { rateLimit: 2_000, burstLimit: 4_000 },
} as const;

/**
 * A queue that invokes a function: the time-out of the function, and how long a received message is hidden. Lambda asks
 * for a visibility time-out of six times the function's time-out.
 */
const queueFor = (timeoutSeconds: number) => ({ timeoutSeconds, visibilitySeconds: 6 * timeoutSeconds });

/** The longest delay of a message. */
export const MAX_QUEUE_DELAY_SECONDS = MAX_QUEUE_WAIT_MS / SECOND_MS;

/** The queues, as the stack creates them and as the functions that they invoke rely on them. Not for operators to set. */
export const QUEUES = {
  /** The first, the retry and the check lane. The longest attempt takes 30 s; the rest is for reads and writes. */
  lane: queueFor(60),
  intake: queueFor(20),
} as const;

/** CloudWatch namespace and service dimension. All functions share them: each custom metric and alarm is billed. */
export const METRICS = { namespace: 'Tidings', service: 'tidings' } as const;
