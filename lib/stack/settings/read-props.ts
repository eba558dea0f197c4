import { Token } from 'aws-cdk-lib';
import * as z from 'zod';
import { DEFAULTS, PRESET_DEFAULTS, RULES } from '../../settings.ts';
import type { NotificationServiceProps, Settings } from './props.ts';
import { WrongPropsError } from './wrong-props-error.ts';

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
