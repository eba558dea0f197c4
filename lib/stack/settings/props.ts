import type { FrontDoorKind, Preset } from '../../presets.ts';

/** Limits of the whole API. */
export interface Throttle {
  /** Requests per second. Default: 2,000. */
  readonly rateLimit?: number | undefined;
  /** Requests in a burst. Default: 4,000. */
  readonly burstLimit?: number | undefined;
}

/** Another account whose events may record outcomes. The service's own account always may. */
export interface Recorder {
  /** AWS account id, 12 digits. The event bus must allow it to put events. */
  readonly account: string;
  /** The merchants for which it may record. Default: all. */
  readonly merchantIds?: readonly string[] | undefined;
}

/** A table that DynamoDB restored from a backup, with its stream switched on. */
export interface RestoredTable {
  /** Its name, in the region of the stack. */
  readonly tableName: string;
  /** The ARN of its stream, of new images. */
  readonly streamArn: string;
}

/** Maximum parallel invocations for each lane. */
export interface Concurrency {
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
  /** Maximum parallel invocations for each lane. */
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

/** Props that stay unset without a value. */
type Unset = 'alarmEmail' | 'restoredTable' | 'domainName' | 'certificateArn' | 'webAclArn' | 'egressZones';
/** Props whose values have defaults of their own inside. */
type Nested = 'throttle' | 'concurrency' | 'recorders';

/** The value with a default for each field. */
type Whole<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };

/** The props with their defaults. */
export interface Settings
  extends Whole<Omit<NotificationServiceProps, Unset | Nested>>,
    Pick<NotificationServiceProps, Unset> {
  readonly throttle: Whole<Throttle>;
  readonly concurrency: Whole<Concurrency>;
  readonly recorders: readonly Whole<Recorder>[];
}
