import * as z from 'zod';
import { DEFAULTS, RULES } from '../settings.ts';

/**
 * All environment variables of the service, in one table. A function names the ones that it needs, and only their schemas are
 * made.
 */

const text = () => z.string().min(1);
/** Parses decimal digits to a number that the rule accepts. */
const digits = (rule: z.ZodType<number, number>) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(rule);
/** Reads a flag as the SDK does: only `true`, in any case, is true. */
const sdkFlag = () =>
  z
    .string()
    .default('')
    .transform((value) => value.toLowerCase() === 'true');
const flag = () => z.enum(['true', 'false']).transform((value) => value === 'true');
const json = () =>
  z.string().transform((list, context): unknown => {
    try {
      return JSON.parse(list);
    } catch {
      context.addIssue('not JSON');
      return z.NEVER;
    }
  });
const recorders = () => json().pipe(RULES.recorders());
const functionNames = () => json().pipe(z.record(z.string(), z.string()));
const ports = () =>
  z
    .string()
    .regex(/^\d{1,5}(,\d{1,5})*$/)
    .transform((list) => list.split(',').map(Number))
    .pipe(RULES.callbackPorts());
/** An empty list is what an emulator's template says on every other account. */
const hosts = () =>
  z
    .string()
    .transform((list) => (list === '' ? [] : list.split(',')))
    .pipe(RULES.permittedHosts());
/** A variable of the SDK. Empty means not set. */
const endpoint = () => z.preprocess((url) => (url === '' ? undefined : url), z.url().optional());

const variables = {
  tableName: { name: 'TIDINGS_TABLE_NAME', schema: text },
  firstQueueUrl: { name: 'TIDINGS_FIRST_QUEUE_URL', schema: text },
  retryQueueUrl: { name: 'TIDINGS_RETRY_QUEUE_URL', schema: text },
  checkQueueUrl: { name: 'TIDINGS_CHECK_QUEUE_URL', schema: text },
  signingSecretId: { name: 'TIDINGS_SIGNING_SECRET_ID', schema: text },
  /** Seconds after which a PENDING without an end is unresolved. */
  checkHorizonSeconds: {
    name: 'TIDINGS_CHECK_HORIZON_SECONDS',
    schema: () => digits(RULES.checkHorizonSeconds()).default(DEFAULTS.checkHorizonSeconds),
  },
  /** Accounts whose events may record outcomes, with their merchants: `{"123456789012": ["*"]}`. */
  recorders: { name: 'TIDINGS_RECORDERS', schema: recorders },
  intakeQueueUrl: { name: 'TIDINGS_INTAKE_QUEUE_URL', schema: text },
  intakeDeadLetterUrl: { name: 'TIDINGS_INTAKE_DEAD_LETTER_URL', schema: text },
  /** Messages from this queue belong to the retry lane, all others to the first lane. */
  retryQueueArn: { name: 'TIDINGS_RETRY_QUEUE_ARN', schema: text },
  deadLetterUrl: { name: 'TIDINGS_DEAD_LETTER_URL', schema: text },
  scheduleGroup: { name: 'TIDINGS_SCHEDULE_GROUP', schema: text },
  schedulerRoleArn: { name: 'TIDINGS_SCHEDULER_ROLE_ARN', schema: text },
  schedulerDeadLetterArn: { name: 'TIDINGS_SCHEDULER_DEAD_LETTER_ARN', schema: text },
  statementsBucket: { name: 'TIDINGS_STATEMENTS_BUCKET', schema: text },
  /** The bucket's host name. */
  statementsHost: { name: 'TIDINGS_STATEMENTS_HOST', schema: text },
  /** Variables of the SDK that name another S3. We read them because links are signed without the SDK's S3 client. */
  s3EndpointUrl: { name: 'AWS_ENDPOINT_URL_S3', schema: endpoint },
  /** The same for Lambda, which is called without the SDK's client. */
  lambdaEndpointUrl: { name: 'AWS_ENDPOINT_URL_LAMBDA', schema: endpoint },
  lambdaHost: { name: 'TIDINGS_LAMBDA_HOST', schema: text },
  endpointUrl: { name: 'AWS_ENDPOINT_URL', schema: endpoint },
  ignoresEndpoints: { name: 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', schema: sdkFlag },
  /** What CloudFront sends with each request, if a web ACL is in front of the API. */
  originSecret: { name: 'TIDINGS_ORIGIN_SECRET', schema: () => text().optional() },
  /** The address of the API, if it is not the host that requests name: behind CloudFront. */
  publicUrl: { name: 'TIDINGS_PUBLIC_URL', schema: () => text().optional() },
  /** The functions of the API by their names in the contract, for the console: `{"query": "Tidings-Query…"}`. */
  apiFunctions: { name: 'TIDINGS_API_FUNCTIONS', schema: () => functionNames().default({}) },
  /** The console's function, for the function behind a function URL. */
  consoleFunction: { name: 'TIDINGS_CONSOLE_FUNCTION', schema: text },
  sealKeyId: { name: 'TIDINGS_SEAL_KEY_ID', schema: text },
  rootSecretId: { name: 'TIDINGS_ROOT_SECRET_ID', schema: text },
  /** Seconds; the feed shows no younger outcomes. Every stamped write must take less than a third of it. */
  feedLagSeconds: {
    name: 'TIDINGS_FEED_LAG_SECONDS',
    schema: () => digits(RULES.feedLagSeconds()).default(DEFAULTS.feedLagSeconds),
  },
  /** Length of a window in seconds; a divisor of 3,600. The value of the first close stays; another value is reported. */
  windowSeconds: {
    name: 'TIDINGS_WINDOW_SECONDS',
    schema: () => digits(RULES.windowSeconds()).default(DEFAULTS.windowSeconds),
  },
  /** Seconds after a window's end at which it is audited. */
  auditAfterSeconds: {
    name: 'TIDINGS_AUDIT_AFTER_SECONDS',
    schema: () => digits(RULES.auditAfterSeconds()).default(DEFAULTS.auditAfterSeconds),
  },
  /** Days that answers reach back. Items expire ten days later. */
  retentionDays: {
    name: 'TIDINGS_RETENTION_DAYS',
    schema: () => digits(RULES.retentionDays()).default(DEFAULTS.retentionDays),
  },
  /** Allows loopback addresses, with http and any port. For local runs only, never for a deployment. */
  allowLoopback: { name: 'TIDINGS_ALLOW_LOOPBACK', schema: () => flag().default(false) },
  /** Hosts that callbacks may reach with http, on any port and at any address. For emulators only. */
  permittedHosts: { name: 'TIDINGS_PERMITTED_HOSTS', schema: () => hosts().default([]) },
  /** All functions share one machine's clock, so a change is in force sooner. Never for a deployment. */
  oneClock: { name: 'TIDINGS_ONE_CLOCK', schema: () => flag().default(false) },
  callbackPorts: {
    name: 'TIDINGS_CALLBACK_PORTS',
    schema: () => ports().default([...DEFAULTS.callbackPorts]),
  },
} as const satisfies Record<string, { name: `${'TIDINGS' | 'AWS'}_${string}`; schema: () => z.ZodType }>;

type Environment = Readonly<Record<string, string | undefined>>;
type Variables = typeof variables;
export type ConfigName = keyof Variables;
export type Config<N extends ConfigName> = {
  readonly [K in N]: z.output<ReturnType<Variables[K]['schema']>>;
};

/**
 * Reads the named variables. One error reports all that are missing or malformed.
 *
 * @example const config = parseConfig(process.env, ['tableName', 'feedLagSeconds']);
 */
export function parseConfig<N extends ConfigName>(env: Environment, names: readonly N[]): Config<N> {
  const wrong: string[] = [];
  const values: Partial<Record<ConfigName, unknown>> = {};
  for (const name of names) {
    const { name: variable, schema } = variables[name];
    const parsed = schema().safeParse(env[variable]);
    if (parsed.success) values[name] = parsed.data;
    else wrong.push(`${variable} is ${env[variable] === undefined ? 'missing' : 'malformed'}`);
  }
  if (wrong.length > 0) throw new Error(`Wrong configuration: ${wrong.join('; ')}.`);
  return values as Config<N>;
}

/**
 * The endpoint of an S3 other than AWS's (path-style buckets), if the SDK's variables name one. The variable for S3
 * precedes the one for all services. Both are ignored if the SDK is configured to ignore them.
 */
export function s3EndpointOf(env: Environment): string | undefined {
  return namedEndpoint(env, parseConfig(env, ['s3EndpointUrl']).s3EndpointUrl);
}

/** The endpoint of Lambda: what the SDK's variables name, as for S3, or AWS's own. */
export function lambdaEndpointOf(env: Environment): string {
  const { lambdaEndpointUrl, lambdaHost } = parseConfig(env, ['lambdaEndpointUrl', 'lambdaHost']);
  return namedEndpoint(env, lambdaEndpointUrl) ?? `https://${lambdaHost}`;
}

function namedEndpoint(env: Environment, own: string | undefined): string | undefined {
  const { endpointUrl, ignoresEndpoints } = parseConfig(env, ['endpointUrl', 'ignoresEndpoints']);
  return ignoresEndpoints ? undefined : (own ?? endpointUrl);
}
