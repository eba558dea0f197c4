import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { NotificationService } from 'tidings/cdk';

export interface PaymentsStackProps extends StackProps {
  /** Hears the alarms of the service. */
  readonly alarmEmail?: string | undefined;
}

/** Your own service, and Tidings beside it: the function that learns how a payment ended sends the outcome to its queue. */
export class PaymentsStack extends Stack {
  constructor(scope: Construct, id: string, { alarmEmail, ...props }: PaymentsStackProps = {}) {
    super(scope, id, props);
    // Everything about the settings: docs/configuration.md.
    const tidings = new NotificationService(this, 'Tidings', {
      preset: 'development',
      retentionDays: 400,
      alarmEmail,
    });

    const settlement = new LambdaFunction(this, 'Settlement', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline(SETTLEMENT),
      environment: { OUTCOMES_URL: tidings.intake.queue.queueUrl },
    });
    tidings.intake.queue.grantSendMessages(settlement);

    new CfnOutput(this, 'ApiUrl', { value: tidings.api.url });
    new CfnOutput(this, 'RootKeySecret', { value: tidings.rootSecret.secretArn });
  }
}

/** Stands for your code. Sending the same outcome again changes nothing. */
const SETTLEMENT = `
const { SQSClient, SendMessageCommand } = require('@aws-sdk/client-sqs');
const sqs = new SQSClient();
exports.handler = ({ orderId, amount, settledAt }) => sqs.send(new SendMessageCommand({
  QueueUrl: process.env.OUTCOMES_URL,
  MessageBody: JSON.stringify({
    merchantId: 'shop', transactionId: orderId, transactionType: 'payment', status: 'SUCCEEDED',
    amount, currency: 'EUR', occurredAt: settledAt,
  }),
}));
`;
