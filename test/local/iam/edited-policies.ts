import { resourceOf, type useLocalCloud } from '../fixture/harness.ts';

export type Template = Parameters<
  NonNullable<Parameters<Awaited<ReturnType<typeof useLocalCloud>>['assembly']>[0]>
>[0];
export type Statement = Record<string, unknown>;

/** The statements of a policy, to be changed. */
export function statementsOf(template: Template, type: string, prefix: string): Statement[] {
  const { PolicyDocument } = resourceOf(template, type, prefix).properties as {
    PolicyDocument: { Statement: Statement[] };
  };
  return PolicyDocument.Statement;
}

/** Gives the function that does nothing a policy of its own. */
export function allow(template: Template, ...Statement: object[]): void {
  const { logicalId } = resourceOf(template, 'AWS::IAM::Role', 'Misbehave');
  template.Resources.Given = {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: 'Given',
      PolicyDocument: { Version: '2012-10-17', Statement },
      Roles: [{ Ref: logicalId }],
    },
  };
}
