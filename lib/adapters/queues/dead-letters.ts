import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetters } from '../../core/runtime/queue-message.ts';
import { calling } from '../aws-faults.ts';

/** Maximum characters kept of a reason, which may quote the unreadable message. */
const MAX_REASON_LENGTH = 300;

/** Sends a message to the dead-letter queue at once, with the reason as an attribute. */
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
            MessageAttributes: { reason: { DataType: 'String', StringValue: attributeText(reason) } },
          }),
        ),
      );
    },
  };
}

/** Removes characters that XML does not allow: SQS would refuse the attribute, and the message would return for ever. */
function attributeText(reason: string): string {
  return reason
    .slice(0, MAX_REASON_LENGTH)
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}');
}
