import type { AwsCall } from '../aws/aws-client.ts';
import { messageOf } from '../errors.ts';
import { sqsCalls } from '../iam/calls/sqs-calls.ts';
import type { Log } from '../logging/log.ts';
import { startTimer, type Timer } from '../timer.ts';
import type { ScheduleStore, StoredSchedule } from './schedule-store.ts';
import type { SchedulerAccess } from './scheduler-access.ts';
import { readJson, roleOf } from './scheduler-api.ts';

/** Fires schedules. */
export interface Dispatcher {
  /** Call this after a schedule was added. */
  wake(): void;
  stop(): Promise<void>;
}

export interface DispatcherSetting {
  readonly store: ScheduleStore;
  readonly sqs: AwsCall;
  /** Maps a queue URL of this or an earlier run to the current URL of that queue. */
  readonly currentQueueUrl: (queueUrl: string) => string;
  readonly access: SchedulerAccess;
  readonly log: Log;
}

interface ScheduleTarget {
  readonly Input: string;
  readonly DeadLetterConfig?: { readonly Arn: string };
}

const BATCH = 50;
const RETRY_MS = 1_000;

/**
 * Sends the messages of due schedules, including those that came due while the cloud was down. A schedule is deleted
 * only after its message is in the queue. A kill in between sends it again (at least once, as in EventBridge
 * Scheduler). While SQS is unreachable it retries. The role of the schedule must allow the call at that time. If it does
 * not, the message goes to the dead-letter queue of the schedule, again by its role, or is lost.
 */
export function startDispatcher({ store, sqs, currentQueueUrl, access, log }: DispatcherSetting): Dispatcher {
  let timer: Timer | undefined;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();

  function arm(atLeastMs = 0): void {
    timer?.stop();
    const nextDueAt = store.nextDueAt();
    if (stopped || nextDueAt === undefined) return;
    timer = startTimer(Math.max(nextDueAt, Date.now() + atLeastMs), () => {
      running = running.then(fireDue);
    });
  }

  async function fireDue(): Promise<void> {
    if (stopped) return;
    const results = await Promise.all(store.due(Date.now(), BATCH).map(fire));
    arm(results.includes(false) ? RETRY_MS : 0);
  }

  async function fire(schedule: StoredSchedule): Promise<boolean> {
    try {
      const message = permittedMessage(schedule);
      if (message !== undefined) await sqs('SendMessage', message);
      store.remove(schedule.groupName, schedule.name);
      return true;
    } catch (error) {
      log({ source: 'cloud', stream: 'event', line: `schedule ${schedule.name} waits: ${messageOf(error)}` });
      return false;
    }
  }

  /** What to send and where; `undefined` if the role may send neither to the target nor to the dead-letter queue. */
  function permittedMessage({ name, groupName, definition }: StoredSchedule): object | undefined {
    const target = definition.Target as ScheduleTarget;
    const { QueueUrl, ...message } = readJson(target.Input) ?? {};
    const roleArn = roleOf(definition) ?? '';
    const isTrusted = access.canAssume(roleArn, groupName);
    const mayCall = (queueUrl: string) =>
      isTrusted &&
      sqsCalls('SendMessage', { QueueUrl: queueUrl }).every((call) => access.permits(roleArn, name, call));
    if (mayCall(String(QueueUrl))) return { QueueUrl: currentQueueUrl(String(QueueUrl)), ...message };
    const refused = `schedule ${name} may not send to ${String(QueueUrl)} with the role ${roleArn}`;
    const deadLetters = target.DeadLetterConfig?.Arn.split(':').at(-1);
    if (deadLetters === undefined || !mayCall(`/${deadLetters}`)) {
      log({ source: 'iam', stream: 'event', line: `${refused}. The message is lost.` });
      return undefined;
    }
    log({ source: 'iam', stream: 'event', line: `${refused}. The message goes to ${deadLetters}.` });
    return { QueueUrl: currentQueueUrl(`/${deadLetters}`), MessageBody: target.Input };
  }

  arm();
  return {
    wake: () => arm(),
    stop: async () => {
      stopped = true;
      timer?.stop();
      await running;
    },
  };
}
