import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createDispatcher } from '../../lib/adapters/queues/lane-dispatcher.ts';
import type { Dispatcher } from '../../lib/core/deliver/dispatcher.ts';
import type { DeliveryLane } from '../../lib/core/events.ts';
import type { Clock } from '../../lib/core/runtime/environment.ts';
import { SECOND_MS } from '../../lib/core/time.ts';
import { answerFor, type Meter } from './meter.ts';

/** A message that was sent and not yet received. */
interface Sent {
  readonly lane: DeliveryLane;
  readonly body: string;
  readonly dueMs: number;
}

/** The real dispatcher with its queues. Its requests are counted and answered here. */
export interface MeteredLanes {
  readonly dispatcher: Dispatcher;
  /** When the next message is due. Undefined if there is none. */
  nextDueMs(): number | undefined;
  /** Receives a due batch of one lane, as Lambda's poller does: one request. */
  receive(max: number): { readonly lane: DeliveryLane; readonly bodies: readonly string[] } | undefined;
  /** Deletes a batch, as the poller does: one request. */
  remove(): void;
}

const QUEUE_URLS = { first: 'http://queue.invalid/first', retry: 'http://queue.invalid/retry' };

export function openLanes(meter: Meter, clock: Clock): MeteredLanes {
  let waiting: Sent[] = [];
  const account = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const sqs = new SQSClient(account);
  const scheduler = new SchedulerClient(account);
  const send = (queueUrl: unknown, body: unknown, dueMs: number) =>
    void waiting.push({ lane: queueUrl === QUEUE_URLS.first ? 'first' : 'retry', body: String(body), dueMs });

  answerFor(sqs, (command, input) => {
    meter.add({ sqsRequests: 1 });
    if (command === 'GetQueueAttributesCommand') return { Attributes: { ApproximateNumberOfMessages: '0' } };
    const { DelaySeconds, QueueUrl, MessageBody, Entries } = input as unknown as SendInput;
    const entries = Entries ?? [{ MessageBody, DelaySeconds }];
    for (const one of entries) {
      send(QueueUrl, one.MessageBody, clock.now() + (one.DelaySeconds ?? 0) * SECOND_MS);
    }
    return { Successful: [] };
  });
  answerFor(scheduler, (_command, input) => {
    meter.add({ schedules: 1 });
    const { ScheduleExpression, Target } = input as unknown as ScheduleInput;
    const at = /^at\((.*)\)$/.exec(ScheduleExpression)?.[1];
    const { QueueUrl, MessageBody } = JSON.parse(Target.Input) as SendInput;
    send(QueueUrl, MessageBody, Date.parse(`${at}Z`));
    return {};
  });

  return {
    dispatcher: createDispatcher({
      sqs,
      queueUrls: QUEUE_URLS,
      schedules: {
        scheduler,
        scheduleGroup: 'group',
        schedulerRoleArn: 'role',
        schedulerDeadLetterArn: 'dead',
      },
      timer: { sleep: async () => undefined },
      clock,
      onRefused: (reason) => {
        throw new Error(reason);
      },
    }),
    nextDueMs: () => (waiting.length === 0 ? undefined : Math.min(...waiting.map(({ dueMs }) => dueMs))),
    receive(max) {
      const due = waiting.filter(({ dueMs }) => dueMs <= clock.now());
      const lane = due[0]?.lane;
      if (lane === undefined) return undefined;
      const batch = new Set(due.filter((sent) => sent.lane === lane).slice(0, max));
      waiting = waiting.filter((sent) => !batch.has(sent));
      meter.poll('deliver');
      return { lane, bodies: [...batch].map(({ body }) => body) };
    },
    remove: () => meter.poll('deliver'),
  };
}

interface SendInput {
  readonly QueueUrl: string;
  readonly DelaySeconds?: number;
  readonly MessageBody?: string;
  readonly Entries?: readonly Pick<SendInput, 'MessageBody' | 'DelaySeconds'>[];
}

interface ScheduleInput {
  readonly ScheduleExpression: string;
  readonly Target: { readonly Input: string };
}
