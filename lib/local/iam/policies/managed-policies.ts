import { LocalCloudError } from '../../errors.ts';
import { readPolicy, type Statement } from './policy-document.ts';

const LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];

/** The managed policies of AWS that the local cloud knows, with their actions (on every resource). */
const ACTIONS_OF: Readonly<Record<string, readonly string[]>> = {
  AWSLambdaBasicExecutionRole: LOGS,
  AWSLambdaVPCAccessExecutionRole: [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
    ...LOGS,
  ],
  AWSLambdaSQSQueueExecutionRole: [
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    ...LOGS,
  ],
  AWSLambdaDynamoDBExecutionRole: [
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
    ...LOGS,
  ],
};

/**
 * The statements of a managed policy of AWS.
 * @throws LocalCloudError `unsupported_template` for a policy that is not in the list above
 */
export function managedStatements(arn: string, role: string): readonly Statement[] {
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  const actions =
    arn.startsWith('arn:aws:iam::aws:policy/') && Object.hasOwn(ACTIONS_OF, name)
      ? ACTIONS_OF[name]
      : undefined;
  if (actions === undefined) {
    throw new LocalCloudError(
      'unsupported_template',
      `${role}: the local cloud does not know the managed policy ${arn}. Grant the actions in a policy of the template, or ` +
        'add it to lib/local/iam/policies/managed-policies.ts.',
    );
  }
  const Statement = [{ Effect: 'Allow', Action: actions, Resource: '*' }];
  return readPolicy({ Statement }, 'identity', `${name} of role ${role}`);
}
