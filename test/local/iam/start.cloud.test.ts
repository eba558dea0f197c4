import { describe, expect, it } from 'vitest';
import { resourceOf, useLocalCloud } from '../fixture/harness.ts';
import { allow, type Statement, statementsOf, type Template } from './edited-policies.ts';

const fixture = await useLocalCloud();

describe('the cloud does not start', () => {
  const startWith = (edit: (template: Template) => void) =>
    fixture.start({ assemblyDir: fixture.assembly(edit) });

  it.each(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'])(
    'if the pollers of a queue may not %s with the role of the function',
    async (action) => {
      const start = startWith((template) => {
        for (const statement of statementsOf(template, 'AWS::IAM::Policy', 'WorkFunction')) {
          statement.Action = [statement.Action].flat().filter((one) => one !== action);
        }
      });
      await expect(start).rejects.toMatchObject({
        code: 'permission_missing',
        message: expect.stringMatching(
          new RegExp(`WorkFunctionServiceRole\\w+ .* does not allow ${action} on arn:aws:sqs`),
        ),
      });
    },
  );

  it.each([
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
    'sqs:SendMessage',
  ])('if the pollers of a stream may not %s', async (action) => {
    const start = startWith((template) => {
      for (const statement of statementsOf(template, 'AWS::IAM::Policy', 'RelayFunction')) {
        const rest = [statement.Action].flat().filter((one) => one !== action);
        statement.Action = rest.length > 0 ? rest : 'sns:Publish';
      }
    });
    await expect(start).rejects.toMatchObject({
      code: 'permission_missing',
      message: expect.stringContaining(`does not allow ${action} on `),
    });
  });

  it('if Lambda may not assume the role of a function', async () => {
    const start = startWith((template) => {
      const { AssumeRolePolicyDocument } = resourceOf(template, 'AWS::IAM::Role', 'Tick').properties as {
        AssumeRolePolicyDocument: { Statement: Statement[] };
      };
      AssumeRolePolicyDocument.Statement = [];
    });
    await expect(start).rejects.toThrow(
      /TickFunction\w+: the role TickFunctionServiceRole\w+ does not allow lambda.amazonaws.com/,
    );
  });

  it.each<[what: string, edit: (template: Template) => void, message: RegExp]>([
    [
      'an operator',
      (template) =>
        allow(template, {
          Effect: 'Allow',
          Action: 's3:*',
          Resource: '*',
          Condition: { IpAddress: { 'aws:SourceArn': '1' } },
        }),
      /Given of role MisbehaveFunctionServiceRole\w+, statement 1: the local cloud does not know the condition operator IpAddress\. Use one/,
    ],
    [
      'a condition key in the policy of a queue',
      (template) => {
        const [statement = {}] = statementsOf(template, 'AWS::SQS::QueuePolicy', 'Inbox');
        statement.Condition = { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } };
      },
      /InboxPolicy\w+, statement 1: the local cloud does not know the condition key aws:PrincipalOrgID\. Use one/,
    ],
    [
      'a managed policy',
      (template) => {
        resourceOf(template, 'AWS::IAM::Role', 'Tick').properties.ManagedPolicyArns = [
          'arn:aws:iam::aws:policy/AdministratorAccess',
        ];
      },
      /TickFunctionServiceRole\w+: the local cloud does not know the managed policy .*AdministratorAccess\. Grant the actions/,
    ],
    [
      'a role of somebody else',
      (template) => {
        resourceOf(template, 'AWS::Lambda::Function', 'Tick').properties.Role =
          'arn:aws:iam::000000000000:role/theirs';
      },
      /TickFunction\w+: its role .*theirs is not in the template/,
    ],
    [
      'a permissions boundary',
      (template) => {
        resourceOf(template, 'AWS::IAM::Role', 'Tick').properties.PermissionsBoundary =
          'arn:aws:iam::aws:policy/X';
      },
      /PermissionsBoundary/,
    ],
  ])('on %s that it does not know', async (_, edit, message) => {
    await expect(startWith(edit)).rejects.toMatchObject({
      code: 'unsupported_template',
      message: expect.stringMatching(message),
    });
  });
});
