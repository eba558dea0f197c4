import { describe, expect, it } from 'vitest';
import {
  allows,
  referenced,
  resourcePolicy,
  resourcesOf,
  rolePolicy,
  type Statement,
  synthesized,
} from './synthesized-template.ts';

const typeOf = (id: string | undefined) => synthesized.Resources[id ?? '']?.Type;
const serviceOf = ({ Principal }: Statement) => Principal?.Service;

describe('an alarm reaches its topic', () => {
  const actions = resourcesOf('AWS::CloudWatch::Alarm').flatMap(
    ([id, { AlarmActions = [], OKActions = [], InsufficientDataActions = [] }]) =>
      [...AlarmActions, ...OKActions, ...InsufficientDataActions].map((action) => [id, action] as const),
  );

  it('and every alarm has one', () => {
    const alarms = resourcesOf('AWS::CloudWatch::Alarm').map(([id]) => id);
    expect(new Set(actions.map(([id]) => id))).toEqual(new Set(alarms));
  });

  it.each(actions)('%s', (_, action) => {
    const topic = referenced(action) ?? '';
    expect(typeOf(topic)).toBe('AWS::SNS::Topic');
    const permitted = resourcePolicy('AWS::SNS::TopicPolicy', topic).filter(
      (statement) =>
        serviceOf(statement) === 'cloudwatch.amazonaws.com' && allows(statement, 'sns:Publish', topic),
    );
    expect(permitted.map(({ Condition }) => Condition)).toEqual([
      { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    ]);
  });
});

describe('a rule reaches its targets', () => {
  const targets = resourcesOf('AWS::Events::Rule').flatMap(([id, { Targets }]) =>
    (Targets as readonly { readonly Arn: unknown; readonly DeadLetterConfig?: { Arn: unknown } }[]).flatMap(
      ({ Arn, DeadLetterConfig }) =>
        [Arn, DeadLetterConfig?.Arn].flatMap((arn) =>
          arn === undefined ? [] : [[id, referenced(arn) ?? ''] as const],
        ),
    ),
  );

  it.each(targets)('%s → %s', (rule, target) => {
    const type = typeOf(target);
    if (type === 'AWS::Lambda::Function') {
      const permissions = resourcesOf('AWS::Lambda::Permission').filter(
        ([, { FunctionName, Principal, SourceArn }]) =>
          referenced(FunctionName) === target &&
          Principal === 'events.amazonaws.com' &&
          referenced(SourceArn) === rule,
      );
      expect(permissions.length).toBeGreaterThan(0);
      return;
    }
    expect(type).toBe('AWS::SQS::Queue');
    const permitted = resourcePolicy('AWS::SQS::QueuePolicy', target).filter(
      (statement) =>
        serviceOf(statement) === 'events.amazonaws.com' &&
        allows(statement, 'sqs:SendMessage', target) &&
        referenced(statement.Condition?.ArnEquals?.['aws:SourceArn']) === rule,
    );
    expect(permitted).toHaveLength(1);
  });

  it.each(
    resourcesOf('AWS::Events::Rule').flatMap(([id, { Targets }]) =>
      (Targets as readonly { readonly Arn: unknown }[])
        .map(({ Arn }) => referenced(Arn) ?? '')
        .filter((target) => typeOf(target) === 'AWS::Lambda::Function')
        .map((target) => [id, target] as const),
    ),
  )('%s invokes %s once: Lambda repeats no run, and keeps none that is a minute old', (_, target) => {
    const configs = resourcesOf('AWS::Lambda::EventInvokeConfig')
      .filter(([, { FunctionName }]) => referenced(FunctionName) === target)
      .map(([, { FunctionName: _name, ...config }]) => config);
    expect(configs).toEqual([
      { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60, Qualifier: '$LATEST' },
    ]);
  });
});

describe('a function reads its sources', () => {
  const sources = resourcesOf('AWS::Lambda::EventSourceMapping').map(
    ([, { EventSourceArn, FunctionName }]) =>
      [referenced(FunctionName) ?? '', referenced(EventSourceArn) ?? ''] as const,
  );

  it.each(sources)('%s ← %s', (fn, source) => {
    const needed =
      typeOf(source) === 'AWS::SQS::Queue'
        ? ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((name) => `sqs:${name}`)
        : ['GetRecords', 'GetShardIterator', 'DescribeStream'].map((name) => `dynamodb:${name}`);
    for (const action of needed) {
      const isAllowed = rolePolicy(fn).some((statement) => allows(statement, action, source));
      expect({ action, isAllowed }).toEqual({ action, isAllowed: true });
    }
  });

  it('and the API may invoke the function behind each of its routes', () => {
    for (const [, { IntegrationUri }] of resourcesOf('AWS::ApiGatewayV2::Integration')) {
      const permissions = resourcesOf('AWS::Lambda::Permission').filter(
        ([, { FunctionName, Principal }]) =>
          referenced(FunctionName) === referenced(IntegrationUri) && Principal === 'apigateway.amazonaws.com',
      );
      expect(permissions.length).toBeGreaterThan(0);
    }
  });

  /** From a function to those that its messages invoke. */
  const invokes = (fn: string) =>
    sources
      .filter(([, queue]) => rolePolicy(fn).some((statement) => allows(statement, 'sqs:SendMessage', queue)))
      .map(([invoked]) => invoked);
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    invokes(from).some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, to, seen);
    });

  it('and may go on around a ring where its messages invoke it again, and nowhere else', () => {
    const functions = resourcesOf('AWS::Lambda::Function');
    const looping = functions.filter(([, { RecursiveLoop }]) => RecursiveLoop === 'Allow').map(([id]) => id);
    const around = functions.map(([id]) => id).filter((id) => reaches(id, id));
    expect(looping).toEqual(around);
    expect(around.map((id) => /^Tidings(Deliver|Check)/.exec(id)?.[1]).sort()).toEqual(['Check', 'Deliver']);
  });
});

describe('the outputs', () => {
  it('name every queue, the table and its settings: all that the tools ask for', () => {
    const { ApiUrl: _api, OperatorsTopic: _topic, RootKeySecret: _secret, ...tools } = synthesized.Outputs;
    const queues = resourcesOf('AWS::SQS::Queue').map(([id]) => id);
    const named = Object.values(tools).map(({ Value }) => referenced(Value) ?? Value);
    expect(named).toEqual(expect.arrayContaining([...queues, '30', '90']));
    expect(Object.keys(tools).sort()).toEqual([
      'CheckQueueUrl',
      'DeadLetterUrl',
      'FeedLagSeconds',
      'FirstQueueUrl',
      'IntakeDeadLetterUrl',
      'IntakeQueueUrl',
      'RetentionDays',
      'RetryQueueUrl',
      'TableName',
    ]);
  });

  it('give the whole ARN of the secret with the first key, which is cut from nothing', () => {
    const secret = resourcesOf('AWS::SecretsManager::Secret').map(([id]) => id);
    expect(secret).toContain(referenced(synthesized.Outputs.RootKeySecret?.Value));
  });
});
