import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { NotificationService, type NotificationServiceProps } from './notification-service.ts';

/** The service alone, with what one needs to begin. */
export class TidingsStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    props: StackProps & { readonly service?: NotificationServiceProps } = {},
  ) {
    super(scope, id, { description: 'Tells receivers how a transaction ended.', ...props });
    const service = new NotificationService(this, 'Tidings', props.service);
    new CfnOutput(this, 'ApiUrl', { value: service.api.apiEndpoint });
    new CfnOutput(this, 'RootKeySecret', {
      value: service.rootSecret.secretName,
      description: 'The first admin key is tk_root_<the value of this secret>.',
    });
    new CfnOutput(this, 'OperatorsTopic', { value: service.operators.topicArn });
    new CfnOutput(this, 'DeadLetterUrl', { value: service.lanes.dead.queueUrl });
    new CfnOutput(this, 'RetryQueueUrl', { value: service.lanes.retry.queueUrl });
    new CfnOutput(this, 'TableName', { value: service.table.tableName });
  }
}
