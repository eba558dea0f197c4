import type { AwsCall } from '../aws/aws-client.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { startTimer, type Timer } from '../timer.ts';
import type { ScheduleStore, StoredSchedule } from './schedule-store.ts';
import { readJson } from './scheduler-api.ts';

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
  readonly log: Log;
}

const BATCH = 50;
const RETRY_MS = 1_000;

/**
 * Sends the messages of due schedules, including those that came due while the cloud was down. A schedule is deleted
 * only after its message is in the queue. A kill in between sends it again (at least once, as in EventBridge
 * Scheduler). While SQS is unreachable it retries.
 */
export function startDispatcher({ store, sqs, currentQueueUrl, log }: DispatcherSetting): Dispatcher {
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
    const target = schedule.definition.Target as { readonly Input: string };
    const { QueueUrl, ...message } = readJson(target.Input) ?? {};
    try {
      await sqs('SendMessage', { QueueUrl: currentQueueUrl(String(QueueUrl)), ...message });
      store.remove(schedule.groupName, schedule.name);
      return true;
    } catch (error) {
      log({ source: 'cloud', stream: 'event', line: `schedule ${schedule.name} waits: ${messageOf(error)}` });
      return false;
    }
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
