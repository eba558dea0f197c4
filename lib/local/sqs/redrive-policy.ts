import type { StoredMessage } from './message-line.ts';
import type { QueueAttributes } from './message-table.ts';

/** How many receives make a message a dead letter, and the queue it then moves to. */
export interface RedrivePolicy {
  readonly queueName: string;
  readonly maxReceiveCount: number;
}

/** Parses a queue's redrive policy; `undefined` if it has none. */
export function redrivePolicy({ RedrivePolicy }: QueueAttributes): RedrivePolicy | undefined {
  if (RedrivePolicy === undefined || RedrivePolicy === '') return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(RedrivePolicy) as {
    readonly deadLetterTargetArn: string;
    readonly maxReceiveCount: number | string;
  };
  const queueName = deadLetterTargetArn.slice(deadLetterTargetArn.lastIndexOf(':') + 1);
  return { queueName, maxReceiveCount: Number(maxReceiveCount) };
}

/**
 * Makes a message visible that a process of an earlier run received. Its receipt is void, and nobody is processing
 * it. Stopping this machine must not turn it into a dead letter, so it always gets one more try.
 */
export function makeVisible(attributes: QueueAttributes, message: StoredMessage): void {
  const policy = redrivePolicy(attributes);
  message.receipt = undefined;
  message.visibleAt = 0;
  if (policy !== undefined) {
    message.receiveCount = Math.min(message.receiveCount, Math.max(policy.maxReceiveCount - 1, 1));
  }
}
