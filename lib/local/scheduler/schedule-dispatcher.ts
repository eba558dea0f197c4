import type { AwsCall } from '../aws/aws-client.ts';
import { messageOf } from '../errors.ts';
import { sqsCalls } from '../iam/calls/sqs-calls.ts';
import type { Log } from '../logging/log.ts';
import { startTimer, type Timer } from '../timer.ts';
import { DEFAULT_RETRY_POLICY, nextAttemptAt, readRetryPolicy } from './retry-policy.ts';
import type { DueSchedule, ScheduleStore, StoredSchedule } from './schedule-store.ts';
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

/** Why a message does not go to its queue, and whose log line it is. */
interface Refused {
  readonly why: string;
  readonly source: 'cloud' | 'iam';
}

const BATCH = 50;
/** The wait after a failure of the store. */
const STORE_RETRY_MS = 1_000;

/**
 * Sends the messages of due schedules, including those that came due while the cloud was down. A schedule is deleted
 * only after its message is in the queue. A kill in between sends it again (at least once, as in EventBridge
 * Scheduler). A message that cannot be sent is tried again by the schedule's retry policy, and meanwhile holds up no other.
 * The role of the schedule must allow the call at that time. If it does not, or all retries failed, the message goes to the
 * dead-letter queue of the schedule, again by its role, or is lost.
 */
export function startDispatcher({ store, sqs, currentQueueUrl, access, log }: DispatcherSetting): Dispatcher {
  let timer: Timer | undefined;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();

  function arm(at = store.nextDueAt()): void {
    timer?.stop();
    if (stopped || at === undefined) return;
    timer = startTimer(at, () => {
      running = running.then(fireDue);
    });
  }

  async function fireDue(): Promise<void> {
    if (stopped) return;
    try {
      const fired = store.due(Date.now(), BATCH).map(fire);
      await Promise.allSettled(fired);
      await Promise.all(fired);
      arm();
    } catch (error) {
      // The store failed, on a full disk for example. What was due is still due.
      tell(`schedules wait: ${messageOf(error)}`);
      arm(Date.now() + STORE_RETRY_MS);
    }
  }

  async function fire(schedule: DueSchedule): Promise<void> {
    try {
      const message = permittedMessage(schedule);
      if (message !== undefined) await sqs('SendMessage', message);
    } catch (error) {
      await postpone(schedule, messageOf(error));
      return;
    }
    store.remove(schedule.groupName, schedule.name);
  }

  async function postpone(schedule: DueSchedule, reason: string): Promise<void> {
    const now = Date.now();
    const policy = readRetryPolicy(schedule.definition.Target) ?? DEFAULT_RETRY_POLICY;
    const dueAt = nextAttemptAt(policy, schedule, now);
    if (dueAt === undefined) return await giveUp(schedule, reason);
    tell(`schedule ${schedule.name} waits: ${reason}`);
    store.postpone(schedule, now, dueAt);
  }

  async function giveUp(schedule: DueSchedule, reason: string): Promise<void> {
    const why = `schedule ${schedule.name} is given up after ${schedule.failures} retries: ${reason}`;
    try {
      const message = deadLetter(schedule, { why, source: 'cloud' });
      if (message !== undefined) await sqs('SendMessage', message);
    } catch (error) {
      tell(
        `schedule ${schedule.name} cannot reach its dead-letter queue: ${messageOf(error)}. The message is lost.`,
      );
    }
    store.remove(schedule.groupName, schedule.name);
  }

  /** What to send and where; `undefined` if the role may send neither to the target nor to the dead-letter queue. */
  function permittedMessage(schedule: StoredSchedule): object | undefined {
    const { name, definition } = schedule;
    const { QueueUrl, ...message } = readJson((definition.Target as ScheduleTarget).Input) ?? {};
    const queueUrl = String(QueueUrl);
    if (maySend(schedule, queueUrl)) return { QueueUrl: currentQueueUrl(queueUrl), ...message };
    const why = `schedule ${name} may not send to ${queueUrl} with the role ${roleOf(definition)}`;
    return deadLetter(schedule, { why, source: 'iam' });
  }

  /** The message for the dead-letter queue; `undefined` if there is none that the role may send to. */
  function deadLetter(schedule: StoredSchedule, { why, source }: Refused): object | undefined {
    const { DeadLetterConfig, Input } = schedule.definition.Target as ScheduleTarget;
    const queue = DeadLetterConfig?.Arn.split(':').at(-1);
    if (queue === undefined || !maySend(schedule, `/${queue}`)) {
      log({ source, stream: 'event', line: `${why}. The message is lost.` });
      return undefined;
    }
    log({ source, stream: 'event', line: `${why}. The message goes to ${queue}.` });
    return { QueueUrl: currentQueueUrl(`/${queue}`), MessageBody: Input };
  }

  function maySend({ name, groupName, definition }: StoredSchedule, queueUrl: string): boolean {
    const roleArn = roleOf(definition) ?? '';
    return (
      access.canAssume(roleArn, groupName) &&
      sqsCalls('SendMessage', { QueueUrl: queueUrl }).every((call) => access.permits(roleArn, name, call))
    );
  }

  function tell(line: string): void {
    log({ source: 'cloud', stream: 'event', line });
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
