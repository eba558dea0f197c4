import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { assemblyOf } from '../support/synthesized.ts';

// biome-ignore lint/suspicious/noExplicitAny: CloudFormation's shapes, checked by the assertions.
export type Properties = Record<string, any>;

interface Synthesized {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: Properties }>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

/** The service's template, as it is deployed. */
export const synthesized: Synthesized = JSON.parse(
  readFileSync(join(assemblyOf('production'), 'Tidings.template.json'), 'utf8'),
);

/** The same, for the assertions of the CDK. */
export const template = Template.fromJSON(structuredClone(synthesized));

/** Logical ids and properties of a type's resources. */
export function resourcesOf(type: string): readonly (readonly [string, Properties])[] {
  return Object.entries(synthesized.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties = {} }]) => [id, Properties]);
}

/** The logical id of the service's function of this construct id: `TestRequest`. */
export function functionId(name: string): string {
  const ids = resourcesOf('AWS::Lambda::Function').map(([id]) => id);
  const found = ids.find((id) => new RegExp(`^Tidings${name}[0-9A-F]{8}$`).test(id));
  if (found === undefined) throw new Error(`no function ${name}`);
  return found;
}

export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Principal?: { readonly Service?: string };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The logical id that a reference names: `Ref`, or the first part of `Fn::GetAtt`. */
export function referenced(value: unknown): string | undefined {
  const { Ref, 'Fn::GetAtt': attribute } = (value ?? {}) as {
    Ref?: string;
    'Fn::GetAtt'?: readonly string[];
  };
  return Ref ?? attribute?.[0];
}

export const listed = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? value : [value as T];

/** What may be done by the policies that stand on the resource itself. */
export function resourcePolicy(type: string, target: string): readonly Statement[] {
  const names = (properties: Properties) => [...(properties.Topics ?? []), ...(properties.Queues ?? [])];
  return resourcesOf(type)
    .filter(([, properties]) => names(properties).some((name) => referenced(name) === target))
    .flatMap(([, { PolicyDocument }]) => PolicyDocument.Statement as readonly Statement[]);
}

/** What a function's own role may do. */
export function rolePolicy(functionId: string): readonly Statement[] {
  const fn = synthesized.Resources[functionId]?.Properties;
  const role = referenced(fn?.Role);
  return resourcesOf('AWS::IAM::Policy')
    .filter(([, { Roles }]) => (Roles as readonly unknown[]).some((one) => referenced(one) === role))
    .flatMap(([, { PolicyDocument }]) => PolicyDocument.Statement as readonly Statement[]);
}

/** Whether a statement permits this action on this resource, without regard to its conditions. */
export function allows(statement: Statement, action: string, resourceId: string): boolean {
  return (
    statement.Effect === 'Allow' &&
    listed(statement.Action).includes(action) &&
    listed(statement.Resource).some((one) => one === '*' || referenced(one) === resourceId)
  );
}
