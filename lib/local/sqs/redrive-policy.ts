import type { StoredMessage } from './message-line.ts';
import type { QueueAttributes } from './message-table.ts';

/** When a message becomes a dead letter, and of which queue. */
export interface RedrivePolicy {
  readonly queueName: string;
  readonly maxReceiveCount: number;
}

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
 * Makes a message visible that a process received which is no longer there: its receipt is good for nothing, and
 * nobody works on it. A stop of this machine must not make a dead letter, so it always has one more try.
 */
export function giveBack(attributes: QueueAttributes, message: StoredMessage): void {
  const policy = redrivePolicy(attributes);
  message.receipt = undefined;
  message.visibleAt = 0;
  if (policy !== undefined) {
    message.receiveCount = Math.min(message.receiveCount, Math.max(policy.maxReceiveCount - 1, 1));
  }
}
