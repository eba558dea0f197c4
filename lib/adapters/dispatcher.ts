import { ConflictException, CreateScheduleCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { sha256Hex } from '../core/crypto.ts';
import type { Lane } from '../core/events.ts';
import { Fault } from '../core/faults.ts';
import type { NotificationMessage } from '../core/notification.ts';
import type { Clock, Dispatcher, Timer } from '../core/ports.ts';
import { SECOND_MS } from '../core/time.ts';
import { calling } from './aws-faults.ts';

/** The longest delay that SQS takes, in seconds. A longer one is Scheduler's. */
const MAX_QUEUE_DELAY_SECONDS = 900;
/** Entries of one SendMessageBatch request. */
const BATCH_SIZE = 10;
/** Batches on their way at the same time. */
const BATCH_CONCURRENCY = 4;
/** Times that refused entries of a batch are sent again before the caller is told. */
const MAX_BATCH_TRIES = 3;
const BATCH_RETRY_MS = 100;

export interface DispatcherOptions {
  readonly sqs: SQSClient;
  readonly scheduler: SchedulerClient;
  readonly queueUrls: Readonly<Record<Lane, string>>;
  readonly scheduleGroup: string;
  readonly schedulerRoleArn: string;
  readonly schedulerDeadLetterArn: string;
  readonly clock: Clock;
  readonly timer: Timer;
}

/** Every message carries its merchant as group: fair queues keep one merchant's backlog from the others. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  return {
    async sendNow(lane, messages) {
      const batches = chunks(messages, BATCH_SIZE);
      const worker = async () => {
        for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
          await sendBatch(options, options.queueUrls[lane], batch);
        }
      };
      await Promise.all(Array.from({ length: BATCH_CONCURRENCY }, worker));
    },

    async sendAt(message, atMs) {
      const delaySeconds = Math.max(0, Math.ceil((atMs - options.clock.now()) / SECOND_MS));
      if (delaySeconds > MAX_QUEUE_DELAY_SECONDS) return schedule(options, message, atMs);
      await calling('Sending a delayed message', () =>
        options.sqs.send(
          new SendMessageCommand({
            QueueUrl: options.queueUrls.retry,
            MessageBody: JSON.stringify(message),
            MessageGroupId: message.merchantId,
            DelaySeconds: delaySeconds,
          }),
        ),
      );
    },

    async backlog(lane) {
      const { Attributes } = await calling('Measuring a lane', () =>
        options.sqs.send(
          new GetQueueAttributesCommand({
            QueueUrl: options.queueUrls[lane],
            AttributeNames: ['ApproximateNumberOfMessages'],
          }),
        ),
      );
      return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
    },
  };
}

async function sendBatch(
  options: DispatcherOptions,
  QueueUrl: string,
  messages: readonly NotificationMessage[],
): Promise<void> {
  let waiting = messages.map((message, index) => ({
    Id: String(index),
    MessageBody: JSON.stringify(message),
    MessageGroupId: message.merchantId,
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

/** A one-time schedule that puts the message into the retry lane and deletes itself. */
async function schedule(
  options: DispatcherOptions,
  message: NotificationMessage,
  atMs: number,
): Promise<void> {
  const create = new CreateScheduleCommand({
    Name: scheduleNameOf(message),
    GroupName: options.scheduleGroup,
    // Rounded up to the second: never early.
    ScheduleExpression: `at(${new Date(Math.ceil(atMs / SECOND_MS) * SECOND_MS).toISOString().slice(0, 19)})`,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: {
      // The universal target: a templated one cannot set the message group of a standard queue.
      Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage',
      RoleArn: options.schedulerRoleArn,
      Input: JSON.stringify({
        QueueUrl: options.queueUrls.retry,
        MessageBody: JSON.stringify(message),
        MessageGroupId: message.merchantId,
      }),
      DeadLetterConfig: { Arn: options.schedulerDeadLetterArn },
      RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
    },
  });
  await calling('Scheduling a message', async () => {
    try {
      await options.scheduler.send(create);
    } catch (error) {
      // The name holds the `rev`: a schedule that is there already is this one.
      if (!(error instanceof ConflictException)) throw error;
    }
  });
}

/** The same for the same attempt, and for no other: 64 hex digits, as names of schedules may be long. */
function scheduleNameOf(message: NotificationMessage): string {
  const { merchantId, transactionId, version, endpointId, rev } = message;
  return sha256Hex([merchantId, transactionId, version, endpointId, rev].join('\n'));
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
