import { CreateScheduleCommand } from '@aws-sdk/client-scheduler';
import type { LocalCloud } from '../../../lib/local/cloud.ts';
import { arnOf } from './function-clients.ts';

/** A schedule that sends one message with the role of the fixture. */
export function oneTime(
  cloud: LocalCloud,
  changes: { queue?: string; at?: string; deadLetters?: string } = {},
) {
  const { queue = 'Inbox', at = '2099-01-01T00:00:00', deadLetters } = changes;
  return new CreateScheduleCommand({
    Name: `to-${queue}`,
    GroupName: cloud.resources.find('Schedules').name,
    ScheduleExpression: `at(${at})`,
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: {
      Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage',
      RoleArn: arnOf(cloud, 'SchedulerRole', 'AWS::IAM::Role'),
      Input: JSON.stringify({
        QueueUrl: cloud.resources.find(queue, 'AWS::SQS::Queue').url,
        MessageBody: 'due',
      }),
      ...(deadLetters !== undefined && {
        DeadLetterConfig: { Arn: arnOf(cloud, deadLetters, 'AWS::SQS::Queue') },
      }),
    },
  });
}
