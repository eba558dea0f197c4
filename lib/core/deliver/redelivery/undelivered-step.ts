import { boundedMap } from '../../../protocol/runtime/bounded-map.ts';
import { isUnreadable } from '../../faults.ts';
import type { ConfigCache } from '../../merchants/config-cache.ts';
import { PARTITIONS } from '../../partitions.ts';
import type { NotificationKey } from '../state/notification.ts';
import type { NotificationStore } from '../state/notification-store.ts';
import type { Job } from './redelivery-job.ts';
import { isSentSince, type SendPorts, sendAgain, type Verdict, whyClosed, whyLeft } from './send-again.ts';
import { ended, roomInMinute, type StepResult, withResults } from './step-results.ts';

/**
 * A step of a job that sends what was not delivered. The index changes while the job sends, so a step's keys are written
 * before they are sent: if the process dies during a step, the same keys are sent again.
 */

export interface UndeliveredPorts extends SendPorts {
  readonly notifications: NotificationStore;
  readonly configs: ConfigCache;
}

/** Notifications per step. Progress is written after each step. */
const STEP = 50;
/** Notifications of one step processed concurrently. */
const STEP_CONCURRENCY = 8;

/** Sends the keys that the last step found, and finds the next ones. Undefined: nothing more may be sent in this minute. */
export async function undeliveredStep(ports: UndeliveredPorts, job: Job): Promise<Job | undefined> {
  if (roomInMinute(job, ports.clock.now()) < job.keys.length) return undefined;
  const results = await sendKeys(ports, job, (_key) => 'send');
  const { cursor, ...rest } = { ...withResults(job, results, ports.clock.now()), keys: [] };
  const state = job.states[Math.floor(job.range / PARTITIONS)];
  if (state === undefined) return ended(rest, 'done', ports.clock.now());
  const page = await ports.notifications.undelivered({
    merchantId: job.merchantId,
    state,
    partition: job.range % PARTITIONS,
    from: job.from,
    to: job.to,
    limit: STEP,
    ...(cursor !== undefined && { cursor }),
  });
  const keys = page.keys.filter(
    ({ endpointId }) => job.endpointId === undefined || endpointId === job.endpointId,
  );
  return {
    ...rest,
    ...(page.cursor !== undefined && { cursor: page.cursor }),
    range: page.cursor === undefined ? job.range + 1 : job.range,
    keys,
    found: job.found + keys.length,
  };
}

/** Looks at the keys of a step that was cancelled: what it had sent is counted, and nothing is sent. */
export async function undeliveredLook(ports: UndeliveredPorts, job: Job): Promise<Job> {
  const results = await sendKeys(ports, job, () => 'cancelled');
  return { ...withResults(job, results, ports.clock.now()), keys: [] };
}

/** @param sendable the verdict on a notification that could be sent */
async function sendKeys(
  ports: UndeliveredPorts,
  job: Job,
  sendable: (key: NotificationKey) => Verdict,
): Promise<readonly StepResult[]> {
  if (job.keys.length === 0) return [];
  const config = await ports.configs.get(job.merchantId, ports.clock.now());
  return boundedMap(job.keys, STEP_CONCURRENCY, async (key): Promise<StepResult> => {
    try {
      const first = await ports.notifications.read(key);
      if (first === undefined) return { key, result: 'expired' };
      const result = await sendAgain(ports, {
        job,
        first,
        decide: (current) => {
          if (isSentSince(job, current)) return 'sent';
          if (!job.states.some((state) => state === current.state)) return whyLeft(current.state);
          return whyClosed(config?.endpoints ?? [], key.endpointId) ?? sendable(key);
        },
      });
      return { key, result };
    } catch (error) {
      // It was reported to operators. The rest of the job continues.
      if (!isUnreadable(error)) throw error;
      return { key, result: 'unreadable' };
    }
  });
}
