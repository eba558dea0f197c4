import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { NotificationService } from '../../../lib/stack/notification-service.ts';
import type { NotificationServiceProps } from '../../../lib/stack/settings/props.ts';
import { freeze } from '../frozen.ts';
import { type Properties, synthesized } from '../synthesized-template.ts';

const ACCOUNT = '123456789012';
const REAL = { account: ACCOUNT, region: 'eu-west-1' };
const EMULATOR = '000000000000';

const build = (service: NotificationServiceProps, env?: { account: string; region: string }) => {
  const stack = new Stack(new App(), 'Tidings', env === undefined ? {} : { env });
  new NotificationService(stack, 'Tidings', service);
  return stack;
};
const stacks = new Map<string, Stack>();
/** The stack of these props in an account that is not known. Built and synthesized once. */
const stackOf = (service: NotificationServiceProps): Stack => {
  const key = JSON.stringify(service);
  const stack = stacks.get(key) ?? build(service);
  stacks.set(key, stack);
  return stack;
};
const templateOf = (service: NotificationServiceProps): Template => Template.fromStack(stackOf(service));
const environmentsOf = (template: Template): readonly Properties[] =>
  Object.values(template.findResources('AWS::Lambda::Function')).map(
    ({ Properties }) => Properties.Environment?.Variables ?? {},
  );

afterEach(() => vi.unstubAllEnvs());

describe('preset production', () => {
  it('is what is deployed if none is named', () => {
    expect(templateOf({}).toJSON()).toEqual(templateOf({ preset: 'production' }).toJSON());
  });

  it('keeps all data, protects the table, and logs each request', () => {
    const template = templateOf({ preset: 'production' });
    for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::KMS::Key']) {
      template.allResources(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    }
    template.allResourcesProperties('AWS::DynamoDB::Table', {
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    template.allResourcesProperties('AWS::S3::Bucket', { VersioningConfiguration: { Status: 'Enabled' } });
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    expect(Object.keys(JSON.parse(stage?.Properties.AccessLogSettings.Format))).toContain('status');
    expect(stage?.Properties.AccessLogSettings.Format).not.toMatch(/authorization|header/i);
  });

  it('warns if nobody hears the alarms, and subscribes the address that it is given', () => {
    const warning = Match.stringLikeRegexp('No address hears the alarms');
    Annotations.fromStack(stackOf({})).hasWarning('*', warning);
    const stack = build({ alarmEmail: 'ops@example.com' });
    Annotations.fromStack(stack).hasNoWarning('*', warning);
    Template.fromStack(stack).hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
    Annotations.fromStack(stackOf({ preset: 'development' })).hasNoWarning('*', warning);
  });
});

describe('preset development', () => {
  it('goes with everything, in any account, and is closed like production', () => {
    const template = Template.fromStack(build({ preset: 'development' }, REAL));
    for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::KMS::Key']) {
      template.allResources(type, { DeletionPolicy: 'Delete' });
    }
    template.allResourcesProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: false });
    template.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
    const environments = environmentsOf(template);
    expect(environments.length).toBeGreaterThan(7);
    for (const variables of environments) {
      expect(Object.keys(variables)).not.toContain('TIDINGS_ALLOW_LOOPBACK');
      expect(Object.keys(variables)).not.toContain('TIDINGS_PERMITTED_HOSTS');
    }
  });
});

describe('preset local', () => {
  it('has short times', () => {
    const [audit] = environmentsOf(templateOf({ preset: 'local' })).filter(
      (variables) => variables.TIDINGS_AUDIT_AFTER_SECONDS,
    );
    expect(audit).toMatchObject({ TIDINGS_FEED_LAG_SECONDS: '3', TIDINGS_AUDIT_AFTER_SECONDS: '30' });
  });

  it('opens private addresses in the account of emulators, and CloudFormation refuses it in every other', () => {
    const template = templateOf({ preset: 'local', permittedHosts: ['host.docker.internal', '172.17.0.1'] });
    const opened = { loopback: 'true', oneClock: 'true', hosts: 'host.docker.internal,172.17.0.1' };
    const [[name] = ['']] = Object.entries(template.findMappings('*', { [EMULATOR]: opened }));
    expect(template.findMappings(name)[name]).toEqual({ [EMULATOR]: opened });
    // No look-up has a default.
    const here = (value: keyof typeof opened) => ({
      'Fn::FindInMap': [name, { Ref: 'AWS::AccountId' }, value],
    });
    const open = environmentsOf(template).filter(({ TIDINGS_CALLBACK_PORTS }) => TIDINGS_CALLBACK_PORTS);
    expect(open).toHaveLength(7);
    for (const variables of open) {
      expect(variables).toMatchObject({
        TIDINGS_ALLOW_LOOPBACK: here('loopback'),
        TIDINGS_ONE_CLOCK: here('oneClock'),
        TIDINGS_PERMITTED_HOSTS: here('hosts'),
      });
    }
  });

  it('can permit no host at all', () => {
    const [variables] = environmentsOf(templateOf({ preset: 'local', permittedHosts: [] }));
    expect(Object.keys(variables ?? {})).not.toContain('TIDINGS_PERMITTED_HOSTS');
  });

  it('has no alarm on metric math, which MiniStack refuses, and every other alarm of production', () => {
    const alarmsOf = (preset: 'local' | 'production') =>
      Object.entries(templateOf({ preset }).findResources('AWS::CloudWatch::Alarm'));
    const single = alarmsOf('production').filter(([, { Properties }]) => Properties.Metrics === undefined);
    expect(alarmsOf('local').map(([id]) => id)).toEqual(single.map(([id]) => id));
    expect(single.length).toBeLessThan(alarmsOf('production').length);
  });

  it('makes statements every minute, and production every quarter of an hour', () => {
    const rateOf = (preset: 'local' | 'production') => {
      const rules = Object.entries(templateOf({ preset }).findResources('AWS::Events::Rule'));
      return rules.find(([id]) => id.includes('StatementMinute'))?.[1].Properties.ScheduleExpression;
    };
    expect([rateOf('local'), rateOf('production')]).toEqual(['rate(1 minute)', 'rate(15 minutes)']);
  });

  it('is refused for an account that is known to be a real one, with what to do', () => {
    const sentence =
      /Preset local is for emulators, .* this is account 123456789012: .* use preset 'development'/;
    expect(() => build({ preset: 'local' }, REAL)).toThrow(sentence);
    vi.stubEnv('CDK_DEFAULT_ACCOUNT', ACCOUNT);
    expect(() => build({ preset: 'local' })).toThrow(sentence);
    expect(() => build({ preset: 'development' })).not.toThrow();
    vi.stubEnv('CDK_DEFAULT_ACCOUNT', EMULATOR);
    expect(() => build({ preset: 'local' })).not.toThrow();
    expect(() => build({ preset: 'local' }, { ...REAL, account: EMULATOR })).not.toThrow();
  });
});

describe('every preset', () => {
  it.each(['local', 'development'] as const)('%s has the logical ids of production', (preset) => {
    const ids = Object.keys(freeze(templateOf({ preset }).toJSON().Resources));
    const released = Object.keys(freeze(synthesized.Resources)).filter((id) => !id.includes('AccessLogs'));
    expect(ids).toEqual(expect.arrayContaining(released));
  });
});
