import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../template/intrinsics.ts';
import type { Call } from '../callers/caller.ts';

/** SQS judges a batch by the action of its entries (Service Authorization Reference, "Amazon SQS"). */
const ACTIONS: Readonly<Record<string, string>> = {
  SendMessageBatch: 'SendMessage',
  DeleteMessageBatch: 'DeleteMessage',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
};

/** What an SQS request does. */
export function sqsCalls(operation: string, input: Readonly<Record<string, unknown>>): readonly Call[] {
  const url = typeof input.QueueUrl === 'string' ? input.QueueUrl : undefined;
  const name = url === undefined ? input.QueueName : url.slice(url.lastIndexOf('/') + 1);
  return [
    {
      action: `sqs:${ACTIONS[operation] ?? operation}`,
      resource: typeof name === 'string' ? `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${name}` : '*',
    },
  ];
}
