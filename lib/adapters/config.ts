import * as z from 'zod';
import { DEFAULTS, RULES } from '../settings.ts';

/**
 * All environment variables of the service, in one table. A function names the ones that it needs. Their texts are taken
 * apart without schemas, so that the start of a function makes few: those of its numbers and lists.
 */
interface Variable<Value> {
  readonly name: `${'TIDINGS' | 'AWS'}_${string}`;
  /** Undefined if the text is malformed. */
  readonly read: (text: string) => Found<Value> | undefined;
  /** The value when the variable is not set. Without it, the variable must be set. */
  readonly unset?: Value;
}

interface Found<Value> {
  readonly value: Value;
}

type Rule<Value> = () => z.ZodType<Value>;

function ruled<Value>(rule: Rule<Value>, value: unknown): Found<Value> | undefined {
  const parsed = rule().safeParse(value);
  return parsed.success ? { value: parsed.data } : undefined;
}

const text = (given: string) => (given === '' ? undefined : { value: given });
/** Decimal digits for a number that the rule accepts. */
const digits = (rule: Rule<number>) => (given: string) =>
  /^\d{1,9}$/.test(given) ? ruled(rule, Number(given)) : undefined;
/** A flag as the SDK reads it: only `true`, in any case, is true. */
const sdkFlag = (given: string) => ({ value: given.toLowerCase() === 'true' });
const flag = (given: string) =>
  given === 'true' || given === 'false' ? { value: given === 'true' } : undefined;
const json =
  <Value>(rule: Rule<Value>) =>
  (given: string) => {
    try {
      return ruled(rule, JSON.parse(given));
    } catch {
      return undefined;
    }
  };
const ports = (given: string) =>
  /^\d{1,5}(,\d{1,5})*$/.test(given) ? ruled(RULES.callbackPorts, given.split(',').map(Number)) : undefined;
/** An empty list is what an emulator's template says on every other account. */
const hosts = (given: string) => ruled(RULES.permittedHosts, given === '' ? [] : given.split(','));
type FunctionNames = Readonly<Record<string, string>>;
const functionNames = (): z.ZodType<FunctionNames> => z.record(z.string(), z.string());
/** A variable of the SDK. Empty means not set. */
const endpoint = (given: string): Found<string | undefined> | undefined =>
  given === '' ? { value: undefined } : ruled(z.url, given);

const variables = {
  tableName: { name: 'TIDINGS_TABLE_NAME', read: text },
  firstQueueUrl: { name: 'TIDINGS_FIRST_QUEUE_URL', read: text },
  retryQueueUrl: { name: 'TIDINGS_RETRY_QUEUE_URL', read: text },
  checkQueueUrl: { name: 'TIDINGS_CHECK_QUEUE_URL', read: text },
  signingSecretId: { name: 'TIDINGS_SIGNING_SECRET_ID', read: text },
  /** Seconds after which a PENDING without an end is unresolved. */
  checkHorizonSeconds: {
    name: 'TIDINGS_CHECK_HORIZON_SECONDS',
    read: digits(RULES.checkHorizonSeconds),
    unset: DEFAULTS.checkHorizonSeconds,
  },
  /** Accounts whose events may record outcomes, with their merchants: `{"123456789012": ["*"]}`. */
  recorders: { name: 'TIDINGS_RECORDERS', read: json(RULES.recorders) },
  intakeQueueUrl: { name: 'TIDINGS_INTAKE_QUEUE_URL', read: text },
  intakeDeadLetterUrl: { name: 'TIDINGS_INTAKE_DEAD_LETTER_URL', read: text },
  /** Messages from this queue belong to the retry lane, all others to the first lane. */
  retryQueueArn: { name: 'TIDINGS_RETRY_QUEUE_ARN', read: text },
  deadLetterUrl: { name: 'TIDINGS_DEAD_LETTER_URL', read: text },
  scheduleGroup: { name: 'TIDINGS_SCHEDULE_GROUP', read: text },
  schedulerRoleArn: { name: 'TIDINGS_SCHEDULER_ROLE_ARN', read: text },
  schedulerDeadLetterArn: { name: 'TIDINGS_SCHEDULER_DEAD_LETTER_ARN', read: text },
  statementsBucket: { name: 'TIDINGS_STATEMENTS_BUCKET', read: text },
  /** The bucket's host name. */
  statementsHost: { name: 'TIDINGS_STATEMENTS_HOST', read: text },
  /** Variables of the SDK that name another S3. We read them because links are signed without the SDK's S3 client. */
  s3EndpointUrl: { name: 'AWS_ENDPOINT_URL_S3', read: endpoint, unset: undefined },
  /** The same for Lambda, which is called without the SDK's client. */
  lambdaEndpointUrl: { name: 'AWS_ENDPOINT_URL_LAMBDA', read: endpoint, unset: undefined },
  lambdaHost: { name: 'TIDINGS_LAMBDA_HOST', read: text },
  endpointUrl: { name: 'AWS_ENDPOINT_URL', read: endpoint, unset: undefined },
  ignoresEndpoints: { name: 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', read: sdkFlag, unset: false },
  /** What CloudFront sends with each request, if a web ACL is in front of the API. */
  originSecret: { name: 'TIDINGS_ORIGIN_SECRET', read: text, unset: undefined },
  /** The address of the API, if it is not the host that requests name: behind CloudFront. */
  publicUrl: { name: 'TIDINGS_PUBLIC_URL', read: text, unset: undefined },
  /** The functions of the API by their names in the contract, for the console: `{"query": "Tidings-Query…"}`. */
  apiFunctions: { name: 'TIDINGS_API_FUNCTIONS', read: json(functionNames), unset: {} as FunctionNames },
  /** The console's function, for the function behind a function URL. */
  consoleFunction: { name: 'TIDINGS_CONSOLE_FUNCTION', read: text },
  sealKeyId: { name: 'TIDINGS_SEAL_KEY_ID', read: text },
  rootSecretId: { name: 'TIDINGS_ROOT_SECRET_ID', read: text },
  /** Seconds; the feed shows no younger outcomes. Every stamped write must take less than a third of it. */
  feedLagSeconds: {
    name: 'TIDINGS_FEED_LAG_SECONDS',
    read: digits(RULES.feedLagSeconds),
    unset: DEFAULTS.feedLagSeconds,
  },
  /** Length of a window in seconds; a divisor of 3,600. The value of the first close stays; another value is reported. */
  windowSeconds: {
    name: 'TIDINGS_WINDOW_SECONDS',
    read: digits(RULES.windowSeconds),
    unset: DEFAULTS.windowSeconds,
  },
  /** Seconds after a window's end at which it is audited. */
  auditAfterSeconds: {
    name: 'TIDINGS_AUDIT_AFTER_SECONDS',
    read: digits(RULES.auditAfterSeconds),
    unset: DEFAULTS.auditAfterSeconds,
  },
  /** Days that answers reach back. Items expire ten days later. */
  retentionDays: {
    name: 'TIDINGS_RETENTION_DAYS',
    read: digits(RULES.retentionDays),
    unset: DEFAULTS.retentionDays,
  },
  /** Allows loopback addresses, with http and any port. For local runs only, never for a deployment. */
  allowLoopback: { name: 'TIDINGS_ALLOW_LOOPBACK', read: flag, unset: false },
  /** Hosts that callbacks may reach with http, on any port and at any address. For emulators only. */
  permittedHosts: { name: 'TIDINGS_PERMITTED_HOSTS', read: hosts, unset: [] },
  /** All functions share one machine's clock, so a change is in force sooner. Never for a deployment. */
  oneClock: { name: 'TIDINGS_ONE_CLOCK', read: flag, unset: false },
  callbackPorts: {
    name: 'TIDINGS_CALLBACK_PORTS',
    read: ports,
    unset: [...DEFAULTS.callbackPorts],
  },
} satisfies Record<string, Variable<unknown>>;

type Environment = Readonly<Record<string, string | undefined>>;
type Variables = typeof variables;
export type ConfigName = keyof Variables;
type Unset<V> = V extends { readonly unset: infer U } ? U : never;
export type Config<N extends ConfigName> = {
  readonly [K in N]: NonNullable<ReturnType<Variables[K]['read']>>['value'] | Unset<Variables[K]>;
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
    const variable: Variable<unknown> = variables[name];
    const given = env[variable.name];
    const found = given === undefined ? unsetValue(variable) : variable.read(given);
    if (found !== undefined) values[name] = found.value;
    else wrong.push(`${variable.name} is ${given === undefined ? 'missing' : 'malformed'}`);
  }
  if (wrong.length > 0) throw new Error(`Wrong configuration: ${wrong.join('; ')}.`);
  return values as Config<N>;
}

const unsetValue = (variable: Variable<unknown>): Found<unknown> | undefined =>
  'unset' in variable ? { value: variable.unset } : undefined;

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
