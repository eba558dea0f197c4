import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { NotificationService } from '../../../lib/stack/notification-service.ts';
import { TidingsStack } from '../../../lib/stack/tidings-stack.ts';
import { type Properties, resourcesOf, rolePolicy, synthesized } from '../synthesized-template.ts';

const app = new App();
const stack = new TidingsStack(app, 'Tidings', { service: { frontDoor: 'function-url' } });
const template = Template.fromStack(stack);
const all: Readonly<Record<string, Properties>> = template.toJSON().Resources;
const ofType = (type: string) => Object.entries(all).filter(([, { Type }]) => Type === type);

describe('behind a function URL', () => {
  it('one function serves every route, and the URL asks for no signature', () => {
    const [[, url] = ['', {}], ...others] = ofType('AWS::Lambda::Url');
    expect(others).toEqual([]);
    expect(url.Properties.AuthType).toBe('NONE');
    const names = ofType('AWS::Lambda::Function').map(([id]) => /^Tidings(\w+?)[0-9A-F]{8}$/.exec(id)?.[1]);
    expect(names.sort()).toEqual(
      [
        'Audit',
        'Check',
        'Close',
        'Console',
        'Count',
        'Deliver',
        'Front',
        'Record',
        'Relay',
        'Statement',
        'Sweep',
      ].sort(),
    );
    expect(Object.values(all).filter(({ Type }) => Type.startsWith('AWS::ApiGateway'))).toEqual([]);
  });

  it('anybody may call the URL: Lambda wants both permissions since 2025', () => {
    const permissions = ofType('AWS::Lambda::Permission')
      .map(([, { Properties }]) => Properties)
      .filter(({ Principal }) => Principal === '*')
      .map(({ FunctionName: _name, ...rest }) => rest);
    expect(permissions).toEqual([
      { Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE', Principal: '*' },
      { Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true, Principal: '*' },
    ]);
  });

  it('the function may do what the functions of the API may do together, and no more', () => {
    const ofPolicy = ({ PolicyDocument }: Properties) => PolicyDocument.Statement as readonly Properties[];
    const said = (statements: readonly Properties[]) =>
      new Set(
        statements.flatMap(({ Action, Resource, Condition }) =>
          [Action].flat().flatMap((action) =>
            [Resource].flat().flatMap((resource) => {
              const keys = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? [''];
              return [keys].flat().map((key) => JSON.stringify([action, resource, key]));
            }),
          ),
        ),
      );
    // What a role cannot hold itself, the CDK puts into a managed policy.
    const own = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']
      .flatMap(ofType)
      .filter(([id]) => id.startsWith('TidingsFront'))
      .flatMap(([, { Properties }]) => ofPolicy(Properties));
    const fromIntake = /ReceiveMessage|DeleteMessage|ChangeMessageVisibility/;
    const served = ['Record', 'Query', 'Admin', 'Operate', 'TestRequest'].flatMap((name) =>
      rolePolicy(
        resourcesOf('AWS::Lambda::Function').find(([id]) =>
          new RegExp(`^Tidings${name}[0-9A-F]{8}$`).test(id),
        )?.[0] ?? '',
      ),
    );
    const intake = served.filter(
      ({ Resource, Action }) =>
        JSON.stringify(Resource).includes('IntakeQueue') && !JSON.stringify(Action).includes('SendMessage'),
    );
    const expected = said(served.filter((one) => !intake.includes(one)) as Properties[]);
    expect(intake.every(({ Action }) => fromIntake.test(JSON.stringify(Action)))).toBe(true);
    const passingOn = ({ Action }: Properties) => Action === 'lambda:InvokeFunction';
    expect(said(own.filter((one) => !passingOn(one)))).toEqual(expected);
    // It also passes requests on to the console.
    expect(own.filter(passingOn).map(({ Resource }) => Resource)).toEqual([
      { 'Fn::GetAtt': [expect.stringMatching(/^TidingsConsole[0-9A-F]{8}$/), 'Arn'] },
    ]);
  });

  it('the function stays below 800 KB, with all routes and the document in it', () => {
    const { directory } = app.synth();
    const sizes = readdirSync(directory)
      .map((name) => join(directory, name, 'index.mjs'))
      .filter((file) => existsSync(file))
      .map((file) => statSync(file).size);
    expect(sizes).toHaveLength(ofType('AWS::Lambda::Function').length);
    expect(Math.max(...sizes)).toBeLessThan(800_000);
  });

  it('the alarms of the API look at the function URL', () => {
    const watched = ofType('AWS::CloudWatch::Alarm').flatMap(([, { Properties }]) => [
      ...(Properties.MetricName ? [Properties.MetricName] : []),
      ...(Properties.Metrics ?? []).flatMap(
        ({ MetricStat }: Properties) => MetricStat?.Metric.MetricName ?? [],
      ),
    ]);
    expect(watched).toEqual(expect.arrayContaining(['Url5xxCount', 'UrlRequestCount', 'UrlRequestLatency']));
    expect(watched).not.toContain('5xx');
  });

  it('everything that keeps data has the logical id that it has behind an HTTP API', () => {
    const kept = Object.entries(synthesized.Resources).filter(([, { Type }]) =>
      /DynamoDB|SQS::Queue|KMS|Secret|S3::Bucket|SNS::Topic|ScheduleGroup/.test(Type),
    );
    for (const [id, { Type }] of kept) expect({ id, Type: all[id]?.Type }).toEqual({ id, Type });
  });

  it('the address has no slash at its end, like that of an HTTP API', () => {
    const { Value } = template.toJSON().Outputs.ApiUrl;
    const [separator, parts] = Value['Fn::Join'];
    const url = 'https://abc.lambda-url.eu-west-1.on.aws/'.split('/');
    expect(parts.map((part: Properties) => url[part['Fn::Select'][0]]).join(separator)).toBe(
      'https://abc.lambda-url.eu-west-1.on.aws',
    );
  });
});

describe('a front door that there is not', () => {
  it.each(['', 'rest-api', 'HTTP-API', null, true])('%j is refused by name, value and rule', (frontDoor) => {
    const props = { frontDoor } as object;
    expect(() => new NotificationService(new TidingsStack(new App(), 'Other'), 'Two', props)).toThrow(
      `frontDoor must be one of http-api, function-url, not ${JSON.stringify(frontDoor)}`,
    );
  });
});
