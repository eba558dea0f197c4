import { Token } from 'aws-cdk-lib';
import * as z from 'zod';
import { DEFAULTS, type FrontDoorKind, PRESET_DEFAULTS, type Preset, RULES } from '../settings.ts';
import type { Throttle } from './front/http-api.ts';
import type { Recorder } from './ingest/intake-queue.ts';
import type { RestoredTable } from './storage/table.ts';
import { WrongPropsError } from './wrong-props-error.ts';

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
  /**
   * What the deployment is for. `production` (the default) keeps all data when the stack goes, protects the table from
   * deletion, and has point-in-time recovery. `development` goes with everything. `local` is for emulators: short times,
   * and callbacks to private addresses; it is refused for a real account. `docs/configuration.md` has all differences.
   */
  readonly preset?: Preset | undefined;
  /** Seconds. The feed shows no younger outcomes. Default: 30. */
  readonly feedLagSeconds?: number | undefined;
  /**
   * Length of a window in seconds, a divisor of 3,600. Default: 300. The first deployed value stays. A later one has no
   * effect: `close` logs `window_seconds_ignored` every minute until the prop is set back to the value in force.
   */
  readonly windowSeconds?: number | undefined;
  /** Seconds after a window's end at which it is audited. Default: 900. */
  readonly auditAfterSeconds?: number | undefined;
  /** Days that answers reach back. Default: 90. */
  readonly retentionDays?: number | undefined;
  /**
   * Where requests come in. `http-api` (the default) is an HTTP API with a function for each kind of request.
   * `function-url` is one function with one role behind a function URL, without throttling: for emulators that have no
   * HTTP API.
   */
  readonly frontDoor?: FrontDoorKind | undefined;
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
  /** Whether to create a CloudWatch dashboard. Three per account are free; each further one costs $3 a month. Default: true. */
  readonly dashboard?: boolean | undefined;
  /** Days that logs are kept: a retention of CloudWatch Logs. Default: 30, in development 7. */
  readonly logRetentionDays?: number | undefined;
  /** Whether the HTTP API logs each request. Default: true in production. */
  readonly accessLog?: boolean | undefined;
  /** Receives every alarm by email, once its owner has confirmed. Default: nobody; subscribe to the operators' topic. */
  readonly alarmEmail?: string | undefined;
  /**
   * Whether a KMS key of the stack encrypts table, queues, bucket, topic, secrets and logs, instead of keys that AWS
   * manages. It costs $1 a month, and its requests. Default: false.
   */
  readonly customerKey?: boolean | undefined;
  /**
   * A table that was restored from a backup, instead of the stack's own. Once deployed, it must stay set: without it, the
   * next deployment creates an empty table. `docs/deploy.md` has the steps. Default: the stack creates its table.
   */
  readonly restoredTable?: RestoredTable | undefined;
  /** The address of the API, such as `tidings.example.com`. Needs `certificateArn`. Point its DNS at `ApiDomainTarget`. */
  readonly domainName?: string | undefined;
  /** The certificate of `domainName`, in the stack's region; with `webAclArn` in us-east-1. */
  readonly certificateArn?: string | undefined;
  /** A web ACL for CloudFront. AWS WAF does not protect HTTP APIs, so a CloudFront distribution is put in front. */
  readonly webAclArn?: string | undefined;
  /**
   * Whether callbacks leave from fixed addresses, which receivers can permit. Puts the functions that call out into a VPC
   * with a NAT gateway and an elastic IP address for each zone: about $37 a month each. Default: false.
   */
  readonly fixedEgress?: boolean | undefined;
  /** Availability zones of `fixedEgress`, 1 to 3. Default: 2. */
  readonly egressZones?: number | undefined;
  /**
   * Whether the functions of `fixedEgress` reach SQS, KMS, Secrets Manager and Scheduler by interface endpoints instead
   * of the NAT gateway: about $7 a month for each service and zone. Default: false.
   */
  readonly privateEndpoints?: boolean | undefined;
  /** Hosts that callbacks may reach with http, on any port and at any address. Preset `local` only. */
  readonly permittedHosts?: readonly string[] | undefined;
}

const schema = z.strictObject({
  preset: RULES.preset().default(DEFAULTS.preset),
  feedLagSeconds: RULES.feedLagSeconds(),
  windowSeconds: RULES.windowSeconds(),
  auditAfterSeconds: RULES.auditAfterSeconds(),
  retentionDays: RULES.retentionDays().default(DEFAULTS.retentionDays),
  frontDoor: RULES.frontDoor().default(DEFAULTS.frontDoor),
  callbackPorts: RULES.callbackPorts().default([...DEFAULTS.callbackPorts]),
  throttle: z
    .strictObject(
      {
        rateLimit: RULES.rateLimit().default(DEFAULTS.throttle.rateLimit),
        burstLimit: RULES.burstLimit().default(DEFAULTS.throttle.burstLimit),
      },
      { error: 'must be an object such as {"rateLimit":2000,"burstLimit":4000}' },
    )
    .prefault({}),
  concurrency: z
    .strictObject(
      {
        first: RULES.concurrency().default(DEFAULTS.concurrency.first),
        retry: RULES.concurrency().default(DEFAULTS.concurrency.retry),
        check: RULES.concurrency().default(DEFAULTS.concurrency.check),
      },
      { error: 'must be an object such as {"first":50,"retry":20,"check":10}' },
    )
    .prefault({}),
  relayParallelization: RULES.relayParallelization().default(DEFAULTS.relayParallelization),
  recorders: z
    .array(
      z.strictObject({
        account: RULES.account(),
        merchantIds: RULES.recordedMerchants().default(['*']),
      }),
      { error: 'must be a list such as [{"account":"123456789012","merchantIds":["demo"]}]' },
    )
    .refine((all) => new Set(all.map((one) => one.account)).size === all.length, {
      error: 'must name each account once',
    })
    .default([]),
  checkHorizonSeconds: RULES.checkHorizonSeconds().default(DEFAULTS.checkHorizonSeconds),
  dashboard: RULES.flag().default(true),
  logRetentionDays: RULES.logRetentionDays(),
  accessLog: RULES.flag(),
  alarmEmail: RULES.alarmEmail().optional(),
  customerKey: RULES.flag().default(false),
  restoredTable: RULES.restoredTable().optional(),
  domainName: RULES.domainName().optional(),
  certificateArn: RULES.certificateArn().optional(),
  webAclArn: RULES.webAclArn().optional(),
  fixedEgress: RULES.flag().default(false),
  egressZones: RULES.egressZones().optional(),
  privateEndpoints: RULES.flag().default(false),
  permittedHosts: RULES.permittedHosts(),
});

/** The names of all props. */
export const PROP_NAMES: readonly string[] = Object.keys(schema.shape);

type Checked = z.output<typeof schema>;

/** Rules for settings that depend on each other: the setting, its rule, and whether it is broken. */
const TOGETHER: readonly (readonly [keyof Checked, string, (settings: Checked) => boolean])[] = [
  [
    'certificateArn',
    'must be set together with domainName',
    (s) => isOneMissing(s.domainName, s.certificateArn),
  ],
  [
    'certificateArn',
    'must be in us-east-1, where CloudFront takes certificates, because webAclArn is set',
    (s) => s.webAclArn !== undefined && s.certificateArn?.includes(':acm:us-east-1:') === false,
  ],
  ...(['domainName', 'webAclArn'] as const).map(
    (name) =>
      [
        name,
        "needs frontDoor 'http-api', so it cannot be set with a function URL",
        (s: Checked) => s[name] !== undefined && s.frontDoor === 'function-url',
      ] as const,
  ),
  [
    'fixedEgress',
    "needs frontDoor 'http-api', because the one function behind a function URL stays outside of the VPC",
    (s) => s.fixedEgress && s.frontDoor === 'function-url',
  ],
  [
    'accessLog',
    "needs frontDoor 'http-api': a function URL has none",
    (s) => s.accessLog && s.frontDoor === 'function-url',
  ],
  ['egressZones', 'needs fixedEgress', (s) => s.egressZones !== undefined && !s.fixedEgress],
  ['privateEndpoints', 'needs fixedEgress', (s) => s.privateEndpoints && !s.fixedEgress],
  [
    'permittedHosts',
    "needs preset 'local': on AWS, callbacks go to public addresses only",
    (s) => s.permittedHosts.length > 0 && s.preset !== 'local',
  ],
];

function isOneMissing(one: unknown, other: unknown): boolean {
  return (one === undefined) !== (other === undefined);
}

/** The props with their defaults. */
export type Settings = Checked;

/**
 * Checks the props with the same rules that the functions apply to their environment at start.
 *
 * @throws Error that names each wrong prop with its value and rule
 */
export function readProps(props: NotificationServiceProps): Settings {
  const given = withPreset(props);
  const parsed = schema.safeParse(given);
  const wrong = parsed.success
    ? TOGETHER.filter(([, , isBroken]) => isBroken(parsed.data)).map(
        ([name, rule]) => `${name} ${rule}, not ${shown(parsed.data[name])}`,
      )
    : parsed.error.issues.flatMap((issue) =>
        issue.code === 'unrecognized_keys'
          ? issue.keys.map((key) => `${nameOf([...issue.path, key])} is not a prop`)
          : [`${nameOf(issue.path)} ${issue.message}, not ${shown(valueAt(given, issue.path))}`],
      );
  if (parsed.success && wrong.length === 0) return parsed.data;
  throw new WrongPropsError(`Wrong props of NotificationService: ${wrong.join('; ')}.`);
}

/** The props on top of the defaults of their preset. The schema refuses a preset that is none. */
function withPreset(props: NotificationServiceProps): NotificationServiceProps {
  const preset = RULES.preset().safeParse(props.preset).data ?? DEFAULTS.preset;
  const given = Object.entries(props).filter(([, value]) => value !== undefined);
  const defaults = PRESET_DEFAULTS[preset];
  const accessLog = defaults.accessLog && props.frontDoor !== 'function-url';
  return { ...defaults, accessLog, ...Object.fromEntries(given) };
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
