import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetters } from '../core/ports.ts';
import { calling } from './aws-faults.ts';

/** Puts a message into the dead-letter queue at once, with the reason as an attribute. */
export function createDeadLetters(options: {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
}): DeadLetters {
  return {
    async add({ body, reason }) {
      await calling('Dead-lettering a message', () =>
        options.sqs.send(
          new SendMessageCommand({
            QueueUrl: options.queueUrl,
            MessageBody: body,
            MessageAttributes: { reason: { DataType: 'String', StringValue: reason } },
          }),
        ),
      );
    },
  };
}
