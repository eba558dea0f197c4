import type { AwsCall } from '../aws/aws-client.ts';
import { AwsFault } from '../aws/aws-fault.ts';
import type { QueueProperties } from '../template/properties.ts';
import type { Resource } from '../template/stack-resources.ts';

/** Creates the missing queues, and sets the template's attributes on all of them. Messages are kept. */
export async function provideQueues(
  call: AwsCall,
  queues: readonly Resource<'AWS::SQS::Queue'>[],
): Promise<void> {
  for (const { physical } of queues) {
    try {
      await call('GetQueueUrl', { QueueName: physical.name });
    } catch (error) {
      if (!(error instanceof AwsFault) || !/QueueDoesNotExist|NonExistentQueue/.test(error.code)) throw error;
      await call('CreateQueue', { QueueName: physical.name });
    }
  }
  // Only after all queues exist: a redrive policy names another queue.
  for (const { physical, properties } of queues) {
    await call('SetQueueAttributes', {
      QueueUrl: physical.url,
      Attributes: {
        ...attributesOf(properties),
        ...(await redriveAttribute(call, physical.url, properties)),
      },
    });
  }
}

/**
 * An empty policy removes the policy of an earlier template. It is sent only if there is one: some SQS
 * implementations reject it.
 */
async function redriveAttribute(
  call: AwsCall,
  queueUrl: string | undefined,
  { RedrivePolicy }: QueueProperties,
): Promise<Record<string, string>> {
  if (RedrivePolicy !== undefined) return { RedrivePolicy: JSON.stringify(RedrivePolicy) };
  const { Attributes } = await call<{ Attributes?: Record<string, string> }>('GetQueueAttributes', {
    QueueUrl: queueUrl,
    AttributeNames: ['RedrivePolicy'],
  });
  return Attributes?.RedrivePolicy ? { RedrivePolicy: '' } : {};
}

function attributesOf(properties: QueueProperties): Record<string, string> {
  return {
    VisibilityTimeout: String(properties.VisibilityTimeout),
    MessageRetentionPeriod: String(properties.MessageRetentionPeriod),
    DelaySeconds: String(properties.DelaySeconds),
    MaximumMessageSize: String(properties.MaximumMessageSize),
    ReceiveMessageWaitTimeSeconds: String(properties.ReceiveMessageWaitTimeSeconds),
  };
}
