import { Token } from 'aws-cdk-lib';
import * as z from 'zod';
import { DEFAULTS, RULES } from '../settings.ts';
import type { Throttle } from './front/http-api.ts';
import type { Recorder } from './ingest/intake-queue.ts';

/** Maximum parallel invocations for each lane. */
interface Concurrency {
  /** Default: 50. */
  readonly first?: number | undefined;
  /** Default: 20. */
  readonly retry?: number | undefined;
  /** Default: 10. */
  readonly check?: number | undefined;
}

/** `undefined` means the default. All props are checked at synthesis. */
export interface NotificationServiceProps {
  /** Seconds. The feed shows no younger outcomes. Default: 30. */
  readonly feedLagSeconds?: number | undefined;
  /**
   * Length of a window in seconds, a divisor of 3,600. Default: 300. The first deployed value stays. A later one has no
   * effect: `close` logs `window_seconds_ignored` every minute until the prop is set back to the value in force.
   */
  readonly windowSeconds?: number | undefined;
  /** Days that answers reach back. Default: 90. */
  readonly retentionDays?: number | undefined;
  /** https ports that callbacks may use. Default: 443 and 8443. */
  readonly callbackPorts?: readonly number[] | undefined;
  /** Limits of the whole API. Default: 2,000 requests per second, bursts of 4,000. */
  readonly throttle?: Throttle | undefined;
  readonly concurrency?: Concurrency | undefined;
  /**
   * Batches of one stream shard that are relayed in parallel, 1 to 10. Default: 1, which is enough for what one shard
   * takes (1,000 write units per second). Raise it if the relay stays behind.
   */
  readonly relayParallelization?: number | undefined;
  /** Other accounts whose events may record outcomes. Default: none. */
  readonly recorders?: readonly Recorder[] | undefined;
  /** Seconds after which a PENDING without an end is unresolved and operators are alerted. Default: one day. */
  readonly checkHorizonSeconds?: number | undefined;
}

const schema = z.strictObject({
  feedLagSeconds: RULES.feedLagSeconds.default(DEFAULTS.feedLagSeconds),
  windowSeconds: RULES.windowSeconds.default(DEFAULTS.windowSeconds),
  retentionDays: RULES.retentionDays.default(DEFAULTS.retentionDays),
  callbackPorts: RULES.callbackPorts.default([...DEFAULTS.callbackPorts]),
  throttle: z
    .strictObject({
      rateLimit: RULES.rateLimit.default(DEFAULTS.throttle.rateLimit),
      burstLimit: RULES.burstLimit.default(DEFAULTS.throttle.burstLimit),
    })
    .prefault({}),
  concurrency: z
    .strictObject({
      first: RULES.concurrency.default(DEFAULTS.concurrency.first),
      retry: RULES.concurrency.default(DEFAULTS.concurrency.retry),
      check: RULES.concurrency.default(DEFAULTS.concurrency.check),
    })
    .prefault({}),
  relayParallelization: RULES.relayParallelization.default(DEFAULTS.relayParallelization),
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
 * Checks the props with the same rules that the functions apply to their environment at start.
 *
 * @throws Error that names each wrong prop with its value and rule
 */
export function readProps(props: NotificationServiceProps): Settings {
  const parsed = schema.safeParse(props);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${nameOf([...issue.path, key])} is not a prop`)
      : [`${nameOf(issue.path)} ${issue.message}, not ${shown(valueAt(props, issue.path))}`],
  );
  throw new Error(`Wrong props of NotificationService: ${wrong.join('; ')}.`);
}

/** Examples: `callbackPorts[0]`, `throttle.rateLimit`. */
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
  if (Token.isUnresolved(value)) return 'a value that is known only at deployment';
  return typeof value === 'string' || (typeof value === 'object' && value !== null)
    ? JSON.stringify(value)
    : String(value);
}
