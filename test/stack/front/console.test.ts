import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { operations } from '../../../lib/api/contract/operations.ts';
import { TidingsStack } from '../../../lib/stack/tidings-stack.ts';
import { functionId, listed, type Properties, resourcesOf, synthesized } from '../synthesized-template.ts';

type Resources = Readonly<Record<string, Properties>>;

const behindUrl: Resources = Template.fromStack(
  new TidingsStack(new App(), 'Tidings', { service: { frontDoor: 'function-url' } }),
).toJSON().Resources;
const templates: readonly (readonly [string, Resources])[] = [
  ['an HTTP API', synthesized.Resources as Resources],
  ['a function URL', behindUrl],
];

const ofType = (resources: Resources, type: string) =>
  Object.entries(resources).filter(([, { Type }]) => Type === type);

/** The logical ids that a resource waits for. */
function needs(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { Ref, 'Fn::GetAtt': attribute, DependsOn, ...others } = value as Properties;
  const own = [Ref, Array.isArray(attribute) ? attribute[0] : undefined, ...listed(DependsOn)];
  return [...own.filter((id) => typeof id === 'string'), ...Object.values(others).flatMap(needs)];
}

describe('the console', () => {
  const [, stage] = ofType(synthesized.Resources as Resources, 'AWS::ApiGatewayV2::Stage')[0] ?? ['', {}];

  it('bounds the attempts to log in, by routes that exist before their settings', () => {
    const { RouteSettings } = stage.Properties;
    const attempts = ['POST /console/enter', 'POST /console/log-in'];
    expect(Object.keys(RouteSettings).sort()).toEqual(attempts);
    for (const key of attempts) {
      expect(RouteSettings[key]).toEqual({ ThrottlingRateLimit: 10, ThrottlingBurstLimit: 50 });
      const [route] =
        resourcesOf('AWS::ApiGatewayV2::Route').find(([, { RouteKey }]) => RouteKey === key) ?? [];
      expect(listed(stage.DependsOn)).toContain(route);
    }
  });

  it('knows every function of the API by its name in the contract', () => {
    const [, { Environment }] = resourcesOf('AWS::Lambda::Function').find(
      ([id]) => id === functionId('Console'),
    ) ?? ['', {}];
    const [, parts] = Environment.Variables.TIDINGS_API_FUNCTIONS['Fn::Join'];
    const named = JSON.parse(
      parts.map((part: unknown) => (typeof part === 'string' ? part : (part as Properties).Ref)).join(''),
    );
    expect(Object.keys(named).sort()).toEqual([...new Set(operations.map((one) => one.function))].sort());
    for (const [name, id] of Object.entries(named)) {
      const construct = name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
      expect(id).toBe(functionId(construct));
    }
  });

  it.each(templates)(
    'alone can name a session to the API: nobody else makes that field, behind %s',
    (_name, all) => {
      expect(ofType(all, 'AWS::ApiGatewayV2::Authorizer')).toEqual([]);
      for (const [, { Properties }] of ofType(all, 'AWS::ApiGatewayV2::Route')) {
        expect(Properties.AuthorizationType ?? 'NONE').toBe('NONE');
        expect(Properties.AuthorizerId).toBeUndefined();
      }
      for (const [, { Properties }] of ofType(all, 'AWS::Lambda::Url'))
        expect(Properties.AuthType).toBe('NONE');
    },
  );

  it.each(templates)(
    'alone may invoke the API besides gateway, URL, queues and timers, behind %s',
    (_name, all) => {
      const principals = ofType(all, 'AWS::Lambda::Permission').map(([, { Properties }]) => ({
        by: Properties.Principal,
        ...(Properties.Principal === '*' && {
          byUrl: Properties.FunctionUrlAuthType === 'NONE' || Properties.InvokedViaFunctionUrl === true,
        }),
      }));
      for (const principal of principals) {
        expect([
          { by: 'apigateway.amazonaws.com' },
          { by: 'events.amazonaws.com' },
          { by: '*', byUrl: true },
        ]).toContainEqual(principal);
      }
      const mayInvoke = [
        ...ofType(all, 'AWS::IAM::Policy'),
        ...ofType(all, 'AWS::IAM::ManagedPolicy'),
      ].flatMap(([, { Properties }]) =>
        JSON.stringify(Properties.PolicyDocument).includes('lambda:')
          ? Properties.Roles.map(({ Ref }: Properties) => Ref)
          : [],
      );
      const roles = all === behindUrl ? ['Console', 'Front'] : ['Console'];
      expect(mayInvoke.map((id: string) => /^Tidings(\w+?)ServiceRole/.exec(id)?.[1]).sort()).toEqual(roles);
    },
  );

  it.each(templates)('waits for nothing that waits for it, behind %s', (_name, all) => {
    const open = new Set<string>();
    const done = new Set<string>();
    const visit = (id: string, path: readonly string[]): void => {
      if (done.has(id) || all[id] === undefined) return;
      if (open.has(id)) throw new Error(`CloudFormation refuses a circle: ${[...path, id].join(' → ')}`);
      open.add(id);
      for (const next of needs(all[id])) visit(next, [...path, id]);
      open.delete(id);
      done.add(id);
    };
    for (const id of Object.keys(all)) visit(id, []);
    expect(done.size).toBe(Object.keys(all).length);
  });
});
