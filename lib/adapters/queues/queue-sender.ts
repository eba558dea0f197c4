import { GetQueueAttributesCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Dispatcher } from '../../core/deliver/dispatcher.ts';
import type { NotificationMessage } from '../../core/deliver/state/notification.ts';
import type { Lane } from '../../core/events.ts';
import { Fault } from '../../core/faults.ts';
import type { CheckMessage } from '../../core/record/pending-check.ts';
import type { Timer } from '../../core/runtime/environment.ts';
import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import { calling } from '../aws-faults.ts';

/** Entries of one SendMessageBatch request. */
const BATCH_SIZE = 10;
/** Batches in flight at the same time. */
const BATCH_CONCURRENCY = 10;
/** Maximum number of tries for the refused entries of a batch before the call fails. */
const MAX_BATCH_TRIES = 3;
const BATCH_RETRY_MS = 100;

export interface QueueSenderOptions {
  readonly sqs: SQSClient;
  /** Queue URLs of the lanes that this function uses. */
  readonly queueUrls: Readonly<Partial<Record<Lane, string>>>;
  readonly timer: Timer;
}

/** Every message has its merchant as message group: fair queues keep one merchant's backlog from delaying the others. */
export function createQueueSender(options: QueueSenderOptions): Pick<Dispatcher, 'sendNow' | 'backlog'> {
  return {
    sendNow: (lane, messages) =>
      sendBatches(
        options,
        lane,
        messages.map((message) => ({ message })),
      ),

    async backlog(lane) {
      const { Attributes } = await calling('Measuring a lane', () =>
        options.sqs.send(
          new GetQueueAttributesCommand({
            QueueUrl: queueUrlOf(options, lane),
            AttributeNames: ['ApproximateNumberOfMessages'],
          }),
        ),
      );
      return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
    },
  };
}

export function queueUrlOf({ queueUrls }: QueueSenderOptions, lane: Lane): string {
  const url = queueUrls[lane];
  if (url !== undefined) return url;
  throw new Fault({ code: 'no_lane', message: `There is no queue for the lane ${lane}.`, retryable: false });
}

/** A message of a batch. Default delay: none. */
export interface BatchEntry {
  readonly message: NotificationMessage | CheckMessage;
  readonly delaySeconds?: number;
}

/** Sends all entries in concurrent batches. Throws a failure only after all batches have settled. */
export async function sendBatches(
  options: QueueSenderOptions,
  lane: Lane,
  entries: readonly BatchEntry[],
): Promise<void> {
  const batches = chunks(entries, BATCH_SIZE);
  await boundedMap(batches, BATCH_CONCURRENCY, (batch) =>
    sendBatch(options, queueUrlOf(options, lane), batch),
  );
}

async function sendBatch(
  options: QueueSenderOptions,
  QueueUrl: string,
  entries: readonly BatchEntry[],
): Promise<void> {
  let waiting = entries.map(({ message, delaySeconds }, index) => ({
    Id: String(index),
    MessageBody: JSON.stringify(message),
    MessageGroupId: message.merchantId,
    ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
  }));
  for (let tries = 1; waiting.length > 0; tries += 1) {
    const answer = await calling('Sending messages', () =>
      options.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: waiting })),
    );
    const refused = new Set(answer.Failed?.map(({ Id }) => Id));
    waiting = waiting.filter(({ Id }) => refused.has(Id));
    if (waiting.length === 0) return;
    if (tries === MAX_BATCH_TRIES) {
      throw new Fault({
        code: 'unavailable',
        message: `The queue refused ${waiting.length} messages: ${answer.Failed?.[0]?.Code}.`,
        retryable: true,
      });
    }
    await options.timer.sleep(BATCH_RETRY_MS * tries);
  }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
