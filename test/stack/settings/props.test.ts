import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../lib/adapters/config.ts';
import { NotificationService } from '../../../lib/stack/notification-service.ts';
import type { NotificationServiceProps } from '../../../lib/stack/settings/props.ts';
import { PROP_NAMES, readProps } from '../../../lib/stack/settings/read-props.ts';

const DEFAULTS = {
  preset: 'production',
  auditAfterSeconds: 900,
  logRetentionDays: 30,
  accessLog: true,
  customerKey: false,
  fixedEgress: false,
  privateEndpoints: false,
  permittedHosts: [],
  feedLagSeconds: 30,
  windowSeconds: 300,
  retentionDays: 90,
  callbackPorts: [443, 8443],
  frontDoor: 'http-api',
  throttle: { rateLimit: 2_000, burstLimit: 4_000 },
  concurrency: { first: 50, retry: 20, check: 10 },
  recorders: [],
  relayParallelization: 1,
  checkHorizonSeconds: 86_400,
  dashboard: true,
};
/** As JavaScript passes them, without types. */
const read = (props: object) => readProps(props as NotificationServiceProps);
const ACCOUNT = '123456789012';
const CERTIFICATE = `arn:aws:acm:eu-west-1:${ACCOUNT}:certificate/abc`;
const WEB_ACL = `arn:aws:wafv2:us-east-1:${ACCOUNT}:global/webacl/a/b`;

describe('a prop of the construct', () => {
  it('has its default where it is absent, and where it is undefined', () => {
    expect(read({})).toEqual(DEFAULTS);
    const names = Object.keys(DEFAULTS);
    expect(read(Object.fromEntries(names.map((name) => [name, undefined])))).toEqual(DEFAULTS);
    expect(read({ throttle: { rateLimit: undefined }, concurrency: { first: 7 } })).toEqual({
      ...DEFAULTS,
      concurrency: { ...DEFAULTS.concurrency, first: 7 },
    });
    expect(read({ recorders: [{ account: ACCOUNT, merchantIds: undefined }] }).recorders).toEqual([
      { account: ACCOUNT, merchantIds: ['*'] },
    ]);
  });

  it.each<[object, string]>([
    [{ windowSeconds: 7 }, 'windowSeconds must be a divisor of 3600, not 7'],
    [{ windowSeconds: 7_200 }, 'windowSeconds must be a whole number from 1 to 3600, not 7200'],
    [{ windowSeconds: 0.5 }, 'windowSeconds must be a whole number from 1 to 3600, not 0.5'],
    [{ windowSeconds: '300' }, 'windowSeconds must be a whole number from 1 to 3600, not "300"'],
    [{ dashboard: 'no' }, 'dashboard must be true or false, not "no"'],
    [{ retentionDays: 0 }, 'retentionDays must be a whole number from 1 to 3650, not 0'],
    [{ retentionDays: Number.NaN }, 'retentionDays must be a whole number from 1 to 3650, not NaN'],
    [{ retentionDays: null }, 'retentionDays must be a whole number from 1 to 3650, not null'],
    [{ retentionDays: Infinity }, 'retentionDays must be a whole number from 1 to 3650, not Infinity'],
    [{ retentionDays: 90n }, 'retentionDays must be a whole number from 1 to 3650, not 90'],
    [{ feedLagSeconds: 2 }, 'feedLagSeconds must be a whole number from 3 to 300, not 2'],
    [{ checkHorizonSeconds: 0 }, 'checkHorizonSeconds must be a whole number from 1 to 2592000, not 0'],
    [{ callbackPorts: [] }, 'callbackPorts must name at least one port, not []'],
    [{ callbackPorts: [443, 70_000] }, 'callbackPorts[1] must be a whole number from 1 to 65535, not 70000'],
    [{ callbackPorts: ['443'] }, 'callbackPorts[0] must be a whole number from 1 to 65535, not "443"'],
    [
      { throttle: { rateLimit: 0 } },
      'throttle.rateLimit must be a number above 0 and at most 1000000, not 0',
    ],
    [{ throttle: { burstLimit: 0 } }, 'throttle.burstLimit must be a whole number from 1 to 1000000, not 0'],
    [{ relayParallelization: 0 }, 'relayParallelization must be a whole number from 1 to 10, not 0'],
    [{ relayParallelization: 11 }, 'relayParallelization must be a whole number from 1 to 10, not 11'],
    [{ relayParallelization: 1.5 }, 'relayParallelization must be a whole number from 1 to 10, not 1.5'],
    [
      { relayParallelization: Number.NaN },
      'relayParallelization must be a whole number from 1 to 10, not NaN',
    ],
    [{ concurrency: { first: 1 } }, 'concurrency.first must be a whole number from 2 to 1000, not 1'],
    [{ concurrency: { check: 1_001 } }, 'concurrency.check must be a whole number from 2 to 1000, not 1001'],
    [{ recorders: [{ account: '12' }] }, 'recorders[0].account must be an account: 12 digits, not "12"'],
    [
      { recorders: [{ account: ACCOUNT, merchantIds: [] }] },
      'recorders[0].merchantIds must name at least one merchant, not []',
    ],
    [
      { recorders: [{ account: ACCOUNT, merchantIds: ['a b'] }] },
      'recorders[0].merchantIds[0] must be a merchant id, not "a b"',
    ],
    [
      { recorders: [{ account: ACCOUNT }, { account: ACCOUNT, merchantIds: ['demo'] }] },
      'recorders must name each account once',
    ],
    [{ retentiondays: 90 }, 'retentiondays is not a prop'],
    [{ preset: 'staging' }, 'preset must be one of local, development, production, not "staging"'],
    [{ preset: null }, 'preset must be one of local, development, production, not null'],
    [{ logRetentionDays: 31 }, 'logRetentionDays must be one of 1, 3, 5, 7, 14, 30,'],
    [{ accessLog: 'yes' }, 'accessLog must be true or false, not "yes"'],
    [{ customerKey: 1 }, 'customerKey must be true or false, not 1'],
    [{ alarmEmail: 'ops' }, 'alarmEmail must be an email address, not "ops"'],
    [{ alarmEmail: true }, 'alarmEmail must be an email address, not true'],
    [{ certificateArn: CERTIFICATE }, 'certificateArn must be set together with domainName'],
    [
      { domainName: 'tidings.example.com' },
      'certificateArn must be set together with domainName, not undefined',
    ],
    [
      { domainName: 'tidings.example.com', certificateArn: 'abc' },
      'certificateArn must be the ARN of a certificate: arn:aws:acm:<region>:<account>:certificate/<id>, not "abc"',
    ],
    ...['Tidings.example.com', 'https://tidings.example.com', 'tidings', 'a..b', ''].map(
      (domainName): [object, string] => [
        { domainName, certificateArn: CERTIFICATE },
        `domainName must be a domain name in lower case, such as tidings.example.com, not ${JSON.stringify(domainName)}`,
      ],
    ),
    [
      { webAclArn: `arn:aws:wafv2:eu-west-1:${ACCOUNT}:regional/webacl/a/b` },
      'webAclArn must be the ARN of a web ACL for CloudFront (scope CLOUDFRONT, in us-east-1)',
    ],
    [
      { webAclArn: WEB_ACL, domainName: 'tidings.example.com', certificateArn: CERTIFICATE },
      'certificateArn must be in us-east-1, where CloudFront takes certificates, because webAclArn is set',
    ],
    [{ webAclArn: WEB_ACL, frontDoor: 'function-url' }, "webAclArn needs frontDoor 'http-api'"],
    [
      { domainName: 'tidings.example.com', certificateArn: CERTIFICATE, frontDoor: 'function-url' },
      "domainName needs frontDoor 'http-api'",
    ],
    [{ fixedEgress: true, frontDoor: 'function-url' }, "fixedEgress needs frontDoor 'http-api'"],
    [{ accessLog: true, frontDoor: 'function-url' }, "accessLog needs frontDoor 'http-api'"],
    [{ egressZones: 2 }, 'egressZones needs fixedEgress, not 2'],
    [{ egressZones: 4, fixedEgress: true }, 'egressZones must be a whole number from 1 to 3, not 4'],
    [{ privateEndpoints: true }, 'privateEndpoints needs fixedEgress, not true'],
    [
      { permittedHosts: ['host.docker.internal'] },
      "permittedHosts needs preset 'local': on AWS, callbacks go to public addresses only",
    ],
    [
      { permittedHosts: ['a:80'], preset: 'local' },
      'permittedHosts[0] must be a host name in lower case without a port',
    ],
    [{ permittedHosts: 'a', preset: 'local' }, 'permittedHosts'],
    [{ throttle: { rate: 5 } }, 'throttle.rate is not a prop'],
  ])('is refused by name, value and rule: %o', (props, sentence) => {
    expect(() => read(props)).toThrow(sentence);
  });

  it('is described in docs/configuration.md, each of them', () => {
    const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
    expect(PROP_NAMES.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('is reported with all other errors, before anything is synthesized', () => {
    const stack = new Stack(new App(), 'Stack');
    expect(() => new NotificationService(stack, 'Tidings', { windowSeconds: 7, retentionDays: 0 })).toThrow(
      'Wrong props of NotificationService: windowSeconds must be a divisor of 3600, not 7; ' +
        'retentionDays must be a whole number from 1 to 3650, not 0.',
    );
    expect(stack.node.findAll().length).toBeLessThanOrEqual(2);
  });

  it('is accepted exactly where the functions accept it at their start', () => {
    const variables = {
      feedLagSeconds: 'TIDINGS_FEED_LAG_SECONDS',
      windowSeconds: 'TIDINGS_WINDOW_SECONDS',
      retentionDays: 'TIDINGS_RETENTION_DAYS',
      checkHorizonSeconds: 'TIDINGS_CHECK_HORIZON_SECONDS',
      auditAfterSeconds: 'TIDINGS_AUDIT_AFTER_SECONDS',
    } as const;
    const isAccepted = (accept: () => unknown) => {
      try {
        accept();
        return true;
      } catch {
        return false;
      }
    };
    const values = [
      0, 1, 2, 3, 7, 30, 300, 301, 3_599, 3_600, 3_601, 3_650, 3_651, 86_400, 2_592_000, 2_592_001,
    ];
    for (const [name, variable] of Object.entries(variables) as [keyof typeof variables, string][]) {
      for (const value of values) {
        const asProp = isAccepted(() => read({ [name]: value }));
        const asVariable = isAccepted(() => parseConfig({ [variable]: String(value) }, [name]));
        expect({ name, value, asVariable }).toEqual({ name, value, asVariable: asProp });
      }
    }
  });
});
