import { ConflictException, CreateScheduleCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Dispatcher } from '../../core/deliver/dispatcher.ts';
import type { NotificationMessage } from '../../core/deliver/state/notification.ts';
import type { Lane } from '../../core/events.ts';
import type { CheckMessage } from '../../core/record/pending-check.ts';
import type { Clock } from '../../core/runtime/environment.ts';
import { MAX_QUEUE_WAIT_MS } from '../../core/runtime/waiting.ts';
import { SECOND_MS } from '../../core/time.ts';
import { sha256Hex } from '../../protocol/hashes.ts';
import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import { calling } from '../aws-faults.ts';
import { createQueueSender, type QueueSenderOptions, queueUrlOf, sendBatches } from './queue-sender.ts';

/** The settings for making one-time schedules. */
interface Schedules {
  readonly scheduler: SchedulerClient;
  readonly scheduleGroup: string;
  readonly schedulerRoleArn: string;
  readonly schedulerDeadLetterArn: string;
}

interface DispatcherOptions extends QueueSenderOptions {
  /** For waits longer than a queue's maximum delay. Absent if the function never needs them. */
  readonly schedules?: Schedules;
  readonly clock: Clock;
  /** Called when Scheduler refuses. The item keeps its due time, so the sweep sends it. */
  readonly onRefused: (reason: string) => void;
}

/** Sends messages now or later: with the queue's own delay, or with a schedule if the wait exceeds that. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  return {
    ...createQueueSender(options),

    async sendAt(message, atMs) {
      const delaySeconds = queueDelay(options, atMs);
      if (delaySeconds === undefined) return schedule(options, message, atMs);
      await calling('Sending a delayed message', () =>
        options.sqs.send(
          new SendMessageCommand({
            QueueUrl: queueUrlOf(options, laneOf(message)),
            MessageBody: JSON.stringify(message),
            MessageGroupId: message.merchantId,
            DelaySeconds: delaySeconds,
          }),
        ),
      );
    },

    async sendAllAt(due) {
      const timed = due.map((one) => ({ ...one, delaySeconds: queueDelay(options, one.atMs) }));
      const [queued, late] = [timed.filter(isQueued), timed.filter((one) => !isQueued(one))];
      const byLane = Map.groupBy(queued, ({ message }) => laneOf(message));
      const sendings = [
        ...[...byLane].map(
          ([lane, entries]) =>
            () =>
              sendBatches(options, lane, entries),
        ),
        ...late.map(
          ({ message, atMs }) =>
            () =>
              schedule(options, message, atMs),
        ),
      ];
      await boundedMap(sendings, SENDING_CONCURRENCY, (send) => send());
    },
  };
}

/** Concurrent schedule requests, and concurrent sends to lanes. */
const SENDING_CONCURRENCY = 10;

/** The wait as a queue delay in seconds; undefined if it needs a schedule. */
function queueDelay({ clock }: DispatcherOptions, atMs: number): number | undefined {
  const waitMs = atMs - clock.now();
  return waitMs > MAX_QUEUE_WAIT_MS ? undefined : Math.max(0, Math.ceil(waitMs / SECOND_MS));
}

function isQueued<T extends { readonly delaySeconds: number | undefined }>(
  one: T,
): one is T & { readonly delaySeconds: number } {
  return one.delaySeconds !== undefined;
}

/** Creates a one-time schedule that puts the message into its lane, retry or check, and deletes itself. */
async function schedule(
  options: DispatcherOptions,
  message: NotificationMessage | CheckMessage,
  atMs: number,
): Promise<void> {
  const { schedules } = options;
  if (schedules === undefined) return options.onRefused('no_scheduler');
  const create = new CreateScheduleCommand({
    Name: scheduleNameOf(message),
    GroupName: schedules.scheduleGroup,
    // Rounded up to the second: never early.
    ScheduleExpression: `at(${new Date(Math.ceil(atMs / SECOND_MS) * SECOND_MS).toISOString().slice(0, 19)})`,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: {
      // The universal target, because a templated target cannot set the message group of a standard queue.
      Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage',
      RoleArn: schedules.schedulerRoleArn,
      Input: JSON.stringify({
        QueueUrl: queueUrlOf(options, laneOf(message)),
        MessageBody: JSON.stringify(message),
        MessageGroupId: message.merchantId,
      }),
      DeadLetterConfig: { Arn: schedules.schedulerDeadLetterArn },
      RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
    },
  });
  try {
    await schedules.scheduler.send(create);
  } catch (error) {
    // The name depends on the `rev`, so an existing schedule of this name is the same one.
    if (!(error instanceof ConflictException)) options.onRefused(String(error));
  }
}

/** The lane of a message that waits, by its kind. */
function laneOf(message: NotificationMessage | CheckMessage): Lane {
  return 'endpointId' in message ? 'retry' : 'check';
}

/** A name that is unique per attempt: 64 hex digits, the longest that a schedule name may be. */
function scheduleNameOf(message: NotificationMessage | CheckMessage): string {
  const { merchantId, transactionId, rev } = message;
  const about = 'endpointId' in message ? [message.version, message.endpointId] : ['check'];
  return sha256Hex([merchantId, transactionId, ...about, rev].join('\n'));
}
