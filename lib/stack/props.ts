import { Token } from 'aws-cdk-lib';
import * as z from 'zod';
import { DEFAULTS, RULES } from '../settings.ts';
import type { Throttle } from './front/http-api.ts';
import type { Recorder } from './ingest/intake-queue.ts';

/** Deliveries and checks that run side by side in each lane. */
interface Concurrency {
  /** 50 unless said otherwise. */
  readonly first?: number | undefined;
  /** 20 unless said otherwise. */
  readonly retry?: number | undefined;
  /** 10 unless said otherwise. */
  readonly check?: number | undefined;
}

/** `undefined` is the default of each; everything is checked when the app is synthesized. */
export interface NotificationServiceProps {
  /** Seconds; the feed shows nothing younger. 30 unless said otherwise. */
  readonly feedLagSeconds?: number | undefined;
  /** Seconds of a window of the feed; a divisor of 3,600. 300 unless said otherwise; the first value stays. */
  readonly windowSeconds?: number | undefined;
  /** Days that answers reach back. 90 unless said otherwise. */
  readonly retentionDays?: number | undefined;
  /** Ports of https to which callbacks may go. 443 and 8443 unless said otherwise. */
  readonly callbackPorts?: readonly number[] | undefined;
  /** Of the whole API, in requests a second. 2,000 with bursts of 4,000 unless said otherwise. */
  readonly throttle?: Throttle | undefined;
  readonly concurrency?: Concurrency | undefined;
  /**
   * Batches of one shard of the table's stream that are relayed side by side, 1 to 10. 1 is the default, and enough for
   * what one shard takes (1,000 write units a second). Raise it where the relay stays behind.
   */
  readonly relayParallelization?: number | undefined;
  /** Accounts whose events record outcomes too, beside this one. None unless said otherwise. */
  readonly recorders?: readonly Recorder[] | undefined;
  /** Seconds after which a PENDING without an end is unresolved, and operators are told. A day unless said otherwise. */
  readonly checkHorizonSeconds?: number | undefined;
}

/** Bounds of an event source's concurrency, and of what API Gateway takes. */
const MAX_CONCURRENCY = 1_000;
const MAX_BURST = 1_000_000;
/** What Lambda takes as batches of one shard side by side. */
const MAX_PARALLELIZATION = 10;

const concurrencyRule = { error: `must be a whole number from 2 to ${MAX_CONCURRENCY}` };
const concurrency = z.int(concurrencyRule).min(2, concurrencyRule).max(MAX_CONCURRENCY, concurrencyRule);
const burstRule = { error: `must be a whole number from 1 to ${MAX_BURST}` };
const rateRule = { error: `must be a number above 0, and ${MAX_BURST} at most` };

const parallelRule = { error: `must be a whole number from 1 to ${MAX_PARALLELIZATION}` };

const schema = z.strictObject({
  feedLagSeconds: RULES.feedLagSeconds.default(DEFAULTS.feedLagSeconds),
  windowSeconds: RULES.windowSeconds.default(DEFAULTS.windowSeconds),
  retentionDays: RULES.retentionDays.default(DEFAULTS.retentionDays),
  callbackPorts: RULES.callbackPorts.default([...DEFAULTS.callbackPorts]),
  throttle: z
    .strictObject({
      rateLimit: z.number(rateRule).positive(rateRule).max(MAX_BURST, rateRule).default(2_000),
      burstLimit: z.int(burstRule).min(1, burstRule).max(MAX_BURST, burstRule).default(4_000),
    })
    .prefault({}),
  concurrency: z
    .strictObject({
      first: concurrency.default(50),
      retry: concurrency.default(20),
      check: concurrency.default(10),
    })
    .prefault({}),
  relayParallelization: z
    .int(parallelRule)
    .min(1, parallelRule)
    .max(MAX_PARALLELIZATION, parallelRule)
    .default(1),
  recorders: z
    .array(
      z.strictObject({
        account: RULES.account,
        merchantIds: RULES.recordedMerchants.default(['*']),
      }),
    )
    .refine((all) => new Set(all.map((one) => one.account)).size === all.length, {
      error: 'must name each account once',
    })
    .default([]),
  checkHorizonSeconds: RULES.checkHorizonSeconds.default(DEFAULTS.checkHorizonSeconds),
});

/** The props with their defaults. */
export type Settings = z.output<typeof schema>;

/**
 * Checks the props by the rules that the functions apply to their environment when they start.
 * @throws Error that names each wrong prop, its value, and the rule
 */
export function readProps(props: NotificationServiceProps): Settings {
  const parsed = schema.safeParse(props);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${nameOf([...issue.path, key])} is no prop`)
      : [`${nameOf(issue.path)} ${issue.message}, not ${shown(valueAt(props, issue.path))}`],
  );
  throw new Error(`Wrong props of NotificationService: ${wrong.join('; ')}.`);
}

/** `callbackPorts[0]`, `throttle.rateLimit`. */
function nameOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
}

function shown(value: unknown): string {
  if (Token.isUnresolved(value)) return 'a value that is known only when it is deployed';
  return typeof value === 'string' || (typeof value === 'object' && value !== null)
    ? JSON.stringify(value)
    : String(value);
}
