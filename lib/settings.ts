import * as z from 'zod';
import { merchantIdSchema } from './core/model.ts';
import { MAX_QUEUE_WAIT_MS } from './core/runtime/waiting.ts';
import { DAY_SECONDS, SECOND_MS } from './core/time.ts';
import { FRONT_DOORS, PRESETS, type Preset } from './presets.ts';

/**
 * Rules and defaults of the settings that operators may change. The construct checks its props with them at synthesis.
 * The functions check their environment with them at start. So a configuration that deploys also starts.
 */

const MAX_WINDOW_SECONDS = 3_600;
const MAX_HORIZON_DAYS = 30;
const MAX_RETENTION_DAYS = 3_650;
/** Availability zones that every region has. */
const MAX_ZONES = 3;
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
const port = () => whole(1, 65_535);
const account = () => z.string().regex(/^\d{12}$/, { error: 'must be an account: 12 digits' });
/** `*` stands for every merchant. */
const recordedMerchants = () =>
  z
    .array(
      z.string().refine((id) => id === '*' || merchantIdSchema().safeParse(id).success, {
        error: 'must be a merchant id',
      }),
    )
    .min(1, { error: 'must name at least one merchant' });

/** The retentions that CloudWatch Logs offers, up to ten years. */
const LOG_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1_096, 1_827, 2_192, 2_557, 2_922, 3_288,
  3_653,
];
const oneOf = (values: readonly (string | number)[]) => ({ error: `must be one of ${values.join(', ')}` });
const flag = () => z.boolean({ error: 'must be true or false' });
/** Text of this form. The rule names it with an example. */
const form = (pattern: RegExp, rule: string) => z.string({ error: rule }).regex(pattern, { error: rule });
const HOST = /^(?!-)[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;
const MAX_HOST = 253;
const hostRule = 'must be a host name in lower case without a port, such as host.docker.internal';
const host = () => form(HOST, hostRule).max(MAX_HOST, { error: hostRule });
const domainRule = 'must be a domain name in lower case, such as tidings.example.com';

/** A zod rule for each setting. Each call makes the rule: a function makes those that it needs, when it starts. */
export const RULES = {
  feedLagSeconds: () => whole(3, 300),
  windowSeconds: () =>
    whole(1, MAX_WINDOW_SECONDS).refine((seconds) => MAX_WINDOW_SECONDS % seconds === 0, {
      error: 'must be a divisor of 3600',
    }),
  auditAfterSeconds: () => whole(1, DAY_SECONDS),
  retentionDays: () => whole(1, MAX_RETENTION_DAYS),
  checkHorizonSeconds: () => whole(1, MAX_HORIZON_DAYS * DAY_SECONDS),
  preset: () => z.enum(PRESETS, oneOf(PRESETS)),
  frontDoor: () => z.enum(FRONT_DOORS, oneOf(FRONT_DOORS)),
  logRetentionDays: () => z.literal(LOG_DAYS, oneOf(LOG_DAYS)),
  permittedHosts: () => z.array(host(), { error: 'must be a list of host names' }),
  flag,
  egressZones: () => whole(1, MAX_ZONES),
  alarmEmail: () => form(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, 'must be an email address'),
  restoredTable: () =>
    z
      .strictObject({
        tableName: form(/^[\w.-]{3,255}$/, 'must be the name of a table'),
        streamArn: form(
          /^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]+\/stream\/\S+$/,
          'must be the ARN of its stream: arn:aws:dynamodb:<region>:<account>:table/<name>/stream/<time>',
        ),
      })
      .refine(({ tableName, streamArn }) => streamArn.includes(`:table/${tableName}/stream/`), {
        error: 'must name a table and the stream of this table',
      }),
  domainName: () =>
    form(HOST, domainRule).max(MAX_HOST, { error: domainRule }).includes('.', { error: domainRule }),
  certificateArn: () =>
    form(
      /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
      'must be the ARN of a certificate: arn:aws:acm:<region>:<account>:certificate/<id>',
    ),
  webAclArn: () =>
    form(
      /^arn:aws[a-z-]*:wafv2:us-east-1:\d{12}:global\/webacl\/[\w-]+\/[\w-]+$/,
      'must be the ARN of a web ACL for CloudFront (scope CLOUDFRONT, in us-east-1): AWS WAF does not protect HTTP APIs directly',
    ),
  concurrency: () => whole(2, MAX_CONCURRENCY),
  relayParallelization: () => whole(1, MAX_PARALLELIZATION),
  rateLimit: () => z.number(rate).positive(rate).max(MAX_REQUESTS, rate),
  burstLimit: () => whole(1, MAX_REQUESTS),
  callbackPorts: () =>
    z
      .array(port(), { error: 'must be a list of ports, such as [443,8443]' })
      .min(1, { error: 'must name at least one port' }),
  /** Merchants by AWS account, as the function reads them. */
  recorders: () => z.record(account(), recordedMerchants()),
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
  preset: 'production',
  frontDoor: 'http-api',
  egressZones: 2,
  /** Maximum number of parallel invocations for each lane. */
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

/** Defaults that depend on the preset. */
interface PresetDefaults {
  readonly feedLagSeconds: number;
  readonly windowSeconds: number;
  readonly auditAfterSeconds: number;
  readonly logRetentionDays: number;
  readonly accessLog: boolean;
  readonly permittedHosts: readonly string[];
}

const { feedLagSeconds, windowSeconds, auditAfterSeconds } = DEFAULTS;

/** The presets differ in these defaults, and in whether data is kept (`lib/stack/storage/storage.ts`). */
export const PRESET_DEFAULTS: Readonly<Record<Preset, PresetDefaults>> = {
  /** One machine. Times are short enough to watch. */
  local: {
    feedLagSeconds: 3,
    windowSeconds: 10,
    auditAfterSeconds: 30,
    logRetentionDays: 1,
    accessLog: false,
    permittedHosts: ['host.docker.internal'],
  },
  /** An account of AWS in which nothing has to be kept. */
  development: {
    feedLagSeconds,
    windowSeconds,
    auditAfterSeconds,
    logRetentionDays: 7,
    accessLog: false,
    permittedHosts: [],
  },
  production: {
    feedLagSeconds,
    windowSeconds,
    auditAfterSeconds,
    logRetentionDays: 30,
    accessLog: true,
    permittedHosts: [],
  },
};

/** The header by which the API tells requests of CloudFront from others. */
export const ORIGIN_HEADER = 'x-tidings-origin';
