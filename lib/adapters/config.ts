import * as z from 'zod';
import { DEFAULT_CALLBACK_PORTS } from '../core/address.ts';

/** Every variable of the service, in one table: what a function needs, it asks for by name. */

const text = z.string().min(1);
const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const recorders = z
  .string()
  .transform((list, context): unknown => {
    try {
      return JSON.parse(list);
    } catch {
      context.addIssue('not JSON');
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string().regex(/^\d{12}$/), z.array(z.string())));
const ports = z
  .string()
  .regex(/^\d{1,5}(,\d{1,5})*$/)
  .transform((list) => list.split(',').map(Number))
  .pipe(z.array(z.number().min(1).max(65_535)));

const variables = {
  tableName: { name: 'TIDINGS_TABLE_NAME', schema: text },
  firstQueueUrl: { name: 'TIDINGS_FIRST_QUEUE_URL', schema: text },
  retryQueueUrl: { name: 'TIDINGS_RETRY_QUEUE_URL', schema: text },
  checkQueueUrl: { name: 'TIDINGS_CHECK_QUEUE_URL', schema: text },
  signingSecretId: { name: 'TIDINGS_SIGNING_SECRET_ID', schema: text },
  /** Seconds after which a PENDING without an end is unresolved. */
  checkHorizonSeconds: {
    name: 'TIDINGS_CHECK_HORIZON_SECONDS',
    schema: integer(1, 30 * 86_400).default(86_400),
  },
  /** Accounts whose events record, and for which merchants: `{"123456789012": ["*"]}`. */
  recorders: { name: 'TIDINGS_RECORDERS', schema: recorders },
  intakeQueueUrl: { name: 'TIDINGS_INTAKE_QUEUE_URL', schema: text },
  intakeDeadLetterUrl: { name: 'TIDINGS_INTAKE_DEAD_LETTER_URL', schema: text },
  /** Messages of this queue are of the retry lane; all others are of the first. */
  retryQueueArn: { name: 'TIDINGS_RETRY_QUEUE_ARN', schema: text },
  deadLetterUrl: { name: 'TIDINGS_DEAD_LETTER_URL', schema: text },
  scheduleGroup: { name: 'TIDINGS_SCHEDULE_GROUP', schema: text },
  schedulerRoleArn: { name: 'TIDINGS_SCHEDULER_ROLE_ARN', schema: text },
  schedulerDeadLetterArn: { name: 'TIDINGS_SCHEDULER_DEAD_LETTER_ARN', schema: text },
  statementsBucket: { name: 'TIDINGS_STATEMENTS_BUCKET', schema: text },
  /** The bucket's name on the network. */
  statementsHost: { name: 'TIDINGS_STATEMENTS_HOST', schema: text },
  /** The SDK's own variable, which names another S3: links are signed without the client that reads it. */
  s3EndpointUrl: { name: 'AWS_ENDPOINT_URL_S3', schema: z.url().optional() },
  sealKeyId: { name: 'TIDINGS_SEAL_KEY_ID', schema: text },
  rootSecretId: { name: 'TIDINGS_ROOT_SECRET_ID', schema: text },
  /** Seconds; the feed shows nothing younger. Bounds every stamped write at less than a third of it. */
  feedLagSeconds: { name: 'TIDINGS_FEED_LAG_SECONDS', schema: integer(3, 300).default(30) },
  /** Seconds of a window; a divisor of 3,600. The first value that a service closed windows with stays. */
  windowSeconds: {
    name: 'TIDINGS_WINDOW_SECONDS',
    schema: integer(1, 3_600)
      .refine((seconds) => 3_600 % seconds === 0)
      .default(300),
  },
  /** Seconds after a window's end at which it is audited. */
  auditAfterSeconds: { name: 'TIDINGS_AUDIT_AFTER_SECONDS', schema: integer(1, 86_400).default(900) },
  /** Days that answers reach back; items expire ten days later. */
  retentionDays: { name: 'TIDINGS_RETENTION_DAYS', schema: integer(1, 3_650).default(90) },
  /** Opens loopback addresses, http and any port there: for one machine, never for a deployment. */
  allowLoopback: { name: 'TIDINGS_ALLOW_LOOPBACK', schema: flag.default(false) },
  callbackPorts: { name: 'TIDINGS_CALLBACK_PORTS', schema: ports.default([...DEFAULT_CALLBACK_PORTS]) },
} as const satisfies Record<string, { name: `${'TIDINGS' | 'AWS'}_${string}`; schema: z.ZodType }>;

type Variables = typeof variables;
type ConfigName = keyof Variables;
export type Config<N extends ConfigName> = { readonly [K in N]: z.output<Variables[K]['schema']> };

/**
 * Reads the named variables. Whatever is missing or malformed is reported together, in one error.
 *
 * @example const config = parseConfig(process.env, ['tableName', 'feedLagSeconds']);
 */
export function parseConfig<N extends ConfigName>(
  env: Readonly<Record<string, string | undefined>>,
  names: readonly N[],
): Config<N> {
  const wrong: string[] = [];
  const values: Partial<Record<ConfigName, unknown>> = {};
  for (const name of names) {
    const { name: variable, schema } = variables[name];
    const parsed = schema.safeParse(env[variable]);
    if (parsed.success) values[name] = parsed.data;
    else wrong.push(`${variable} is ${env[variable] === undefined ? 'missing' : 'malformed'}`);
  }
  if (wrong.length > 0) throw new Error(`Wrong configuration: ${wrong.join('; ')}.`);
  return values as Config<N>;
}
