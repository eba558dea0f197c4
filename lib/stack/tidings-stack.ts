import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { NotificationService } from './notification-service.ts';
import type { NotificationServiceProps } from './settings/props.ts';

export interface TidingsStackProps extends StackProps {
  /** The settings of the service. */
  readonly service?: NotificationServiceProps | undefined;
}

/**
 * A stack with the service and the outputs that operators and tools need.
 *
 * @example new TidingsStack(app, 'Tidings', { service: { alarmEmail: 'ops@example.com' } });
 */
export class TidingsStack extends Stack {
  /** The service, for what else its resources are used for: `service.intake.queue.grantSendMessages(fn)`. */
  readonly service: NotificationService;

  constructor(
    scope: Construct,
    id: string,
    { service: settingsOfService, ...props }: TidingsStackProps = {},
  ) {
    super(scope, id, { description: 'Notifies receivers how a transaction ended.', ...props });
    const service = new NotificationService(this, 'Tidings', settingsOfService);
    this.service = service;
    const { lanes, settings } = service;
    const outputs = {
      ApiUrl: service.api.url,
      OperatorsTopic: service.operators.topicArn,
      DeadLetterUrl: lanes.dead.queueUrl,
      FirstQueueUrl: lanes.first.queueUrl,
      RetryQueueUrl: lanes.retry.queueUrl,
      CheckQueueUrl: lanes.check.queueUrl,
      IntakeQueueUrl: service.intake.queue.queueUrl,
      IntakeDeadLetterUrl: service.intake.dead.queueUrl,
      TableName: service.table.tableName,
      FeedLagSeconds: String(settings.feedLagSeconds),
      RetentionDays: String(settings.retentionDays),
      ...(service.api.domainTarget !== undefined && { ApiDomainTarget: service.api.domainTarget }),
      ...(service.egressAddresses.length > 0 && { EgressAddresses: service.egressAddresses.join(', ') }),
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
    new CfnOutput(this, 'RootKeySecret', {
      value: service.rootSecret.secretArn,
      description: 'The first admin key is tk_root_<the value of this secret>.',
    });
  }
}
