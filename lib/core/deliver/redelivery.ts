import * as z from 'zod';
import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import { base62 } from '../crypto.ts';
import type { Clock, Random } from '../environment.ts';
import { isUnreadable } from '../faults.ts';
import type { EndpointId, MerchantId } from '../model.ts';
import { PARTITIONS } from '../partitions.ts';
import { storedEndpointId, storedMerchantId, storedTime, storedWord } from '../stored.ts';
import { isoTime, msOf } from '../time.ts';
import type { Dispatcher } from './dispatcher.ts';
import { saveNotification } from './state/fence.ts';
import { isDue, messageFor, type NotificationKey, notificationKeySchema } from './state/notification.ts';
import type { NotificationStore } from './state/notification-store.ts';
import { redeliver } from './state/transitions.ts';

export interface JobStore {
  read(merchantId: MerchantId, jobId: string): Promise<Job | undefined>;
  /** Jobs that are not done, of all merchants: at most a few of each. */
  running(): Promise<readonly Pick<Job, 'merchantId' | 'jobId'>[]>;
  /** False where somebody else wrote since `expectedRev`; of a new job (0) also where its slot is taken. */
  save(job: Job, expectedRev: number): Promise<boolean>;
}

/** Sending a whole range again: a job that is worked off step by step, and that says how far it is. */

export const UNDELIVERED_STATES = ['retrying', 'exhausted', 'blocked'] as const;
export type UndeliveredState = (typeof UNDELIVERED_STATES)[number];

/**
 * In which the states are read: what is sent again becomes `retrying` at once, may be `blocked` a moment later, and is
 * `exhausted` only after its schedule, so that it is not found a second time.
 */
const READING_ORDER: readonly UndeliveredState[] = ['retrying', 'blocked', 'exhausted'];

/** Notifications of one step; after each step the progress is written. */
const STEP = 50;
/** Notifications of one step that are worked on side by side. */
const STEP_CONCURRENCY = 8;
/** Jobs of one merchant that run at the same time: more would only wait for each other. */
const SLOTS = [0, 1, 2] as const;
/** Jobs that one run works on side by side. */
const JOB_CONCURRENCY = 4;
/** Steps of one job in one run: the rest waits a minute, and other jobs do not. */
const MAX_STEPS = 40;

export const jobSchema = z.object({
  jobId: z.string(),
  merchantId: storedMerchantId,
  /** Which of its merchant's few places it takes while it runs. */
  slot: z.number().int().nonnegative(),
  from: storedTime,
  to: storedTime,
  states: z.array(storedWord<UndeliveredState>()).min(1),
  endpointId: storedEndpointId.exactOptional(),
  createdAt: storedTime,
  /** Only what runs is worked on. */
  state: storedWord<'running' | 'done'>(),
  /** The step that is due: found, counted, and not yet sent. */
  keys: z.array(notificationKeySchema),
  /** Which of the index's ranges is read next: partitions of the first state, then of the next. */
  range: z.number().int().nonnegative(),
  cursor: z.string().exactOptional(),
  found: z.number().int().nonnegative(),
  sent: z.number().int().nonnegative(),
  rev: z.number().int().positive(),
});
export type Job = z.infer<typeof jobSchema>;

export interface RedeliveryPorts {
  readonly jobs: JobStore;
  readonly notifications: NotificationStore;
  readonly dispatcher: Pick<Dispatcher, 'sendNow'>;
  readonly clock: Clock;
  readonly random: Random;
}

interface StartPorts {
  readonly jobs: JobStore;
  readonly clock: Clock;
  readonly random: Random;
}

interface RedeliveryRequest {
  readonly merchantId: MerchantId;
  readonly from: string;
  readonly to: string;
  readonly states?: readonly UndeliveredState[];
  readonly endpointId?: EndpointId;
}

export async function startRedelivery(
  ports: StartPorts,
  request: RedeliveryRequest,
): Promise<Job | 'too_many_jobs'> {
  const { states = ['exhausted', 'blocked'] } = request;
  const job: Omit<Job, 'slot'> = {
    jobId: base62(ports.random.bytes(12)),
    merchantId: request.merchantId,
    from: request.from,
    to: request.to,
    states: READING_ORDER.filter((state) => states.includes(state)),
    ...(request.endpointId !== undefined && { endpointId: request.endpointId }),
    createdAt: isoTime(ports.clock.now()),
    state: 'running',
    keys: [],
    range: 0,
    found: 0,
    sent: 0,
    rev: 1,
  };
  for (const slot of SLOTS) {
    const placed = { ...job, slot };
    if (await ports.jobs.save(placed, 0)) return placed;
  }
  return 'too_many_jobs';
}

/** Works on every job that runs, none of which keeps another from its turn, until `deadlineMs`. */
export async function runJobs(ports: RedeliveryPorts, deadlineMs: number): Promise<void> {
  const running = [...(await ports.jobs.running())];
  // Another one first each time, so that a deadline does not meet the same ones.
  const first = Math.floor(ports.random.fraction() * running.length);
  const inTurn = [...running.slice(first), ...running.slice(0, first)];
  await boundedMap(inTurn, JOB_CONCURRENCY, async ({ merchantId, jobId }) => {
    const job = await ports.jobs.read(merchantId, jobId);
    if (job !== undefined) await runJob(ports, job, deadlineMs);
  });
}

/**
 * Works a job off as far as one run goes. A step's keys are written before they are sent: dying in it repeats the same
 * step, which counts the same and sends nothing twice.
 */
async function runJob(ports: RedeliveryPorts, job: Job, deadlineMs: number): Promise<void> {
  let current = job;
  for (let step = 0; step < MAX_STEPS && current.state === 'running'; step += 1) {
    if (ports.clock.now() >= deadlineMs) return;
    const next = await runStep(ports, current);
    // Somebody else is working on it: whoever loses leaves it to the other.
    if (!(await ports.jobs.save(next, current.rev))) return;
    current = next;
  }
}

/** Sends what the last step found, and finds the next. */
async function runStep(ports: RedeliveryPorts, job: Job): Promise<Job> {
  const results = await boundedMap(job.keys, STEP_CONCURRENCY, (key) => resend(ports, job, key));
  const sent = job.sent + results.filter((isSent) => isSent).length;
  const { cursor, ...rest } = job;
  const rev = job.rev + 1;
  const state = job.states[Math.floor(job.range / PARTITIONS)];
  if (state === undefined) return { ...rest, state: 'done', keys: [], sent, rev };
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
    sent,
    rev,
  };
}

/** Whether it was sent again since the job began: now, or by a step that died, or by hand meanwhile. */
async function resend(ports: RedeliveryPorts, job: Job, key: NotificationKey): Promise<boolean> {
  const standing = await ports.notifications.read(key).catch(undefinedWhereUnreadable);
  if (standing === undefined) return false;
  if (standing.startedAt >= job.createdAt) return true;
  if (!job.states.some((state) => state === standing.state)) return false;
  // Not before the job by a clock that is behind: its repetition would not know it again.
  const next = redeliver(standing, Math.max(ports.clock.now(), msOf(job.createdAt)));
  if ((await saveNotification(ports, next, standing.rev)).kind === 'overtaken') return false;
  // Dying here leaves an item that is due and was not sent: the sweep finds it.
  if (isDue(next)) await ports.dispatcher.sendNow('retry', [messageFor(next)]);
  return true;
}

/** Operators were told of that row; the rest of the job goes on. */
function undefinedWhereUnreadable(error: unknown): undefined {
  if (!isUnreadable(error)) throw error;
}
