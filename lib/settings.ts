import * as z from 'zod';
import { merchantIdSchema } from './core/model.ts';

/**
 * Rules and defaults of the settings that operators may change. The construct checks its props with them at synthesis.
 * The functions check their environment with them at start. So a configuration that deploys also starts.
 */

const DAY_SECONDS = 86_400;
const MAX_WINDOW_SECONDS = 3_600;
const MAX_HORIZON_DAYS = 30;
const MAX_RETENTION_DAYS = 3_650;

/** A whole number from `min` to `max`. */
const whole = (min: number, max: number) => {
  const rule = { error: `must be a whole number from ${min} to ${max}` };
  return z.int(rule).min(min, rule).max(max, rule);
};

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
} as const;
