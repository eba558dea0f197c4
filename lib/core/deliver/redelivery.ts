import * as z from 'zod';
import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import { base62 } from '../crypto.ts';
import { isUnreadable } from '../faults.ts';
import type { AuditEntry } from '../merchants/audit-log/audit-entry.ts';
import type { AuditTrail } from '../merchants/audit-log/audit-trail.ts';
import type { EndpointId, MerchantId } from '../model.ts';
import { PARTITIONS } from '../partitions.ts';
import { storedEndpointId, storedId, storedMerchantId, storedTime, storedWord } from '../reading/stored.ts';
import type { Clock, Random } from '../runtime/environment.ts';
import { isoTime, msOf } from '../time.ts';
import type { Dispatcher } from './dispatcher.ts';
import { saveNotification } from './state/fence.ts';
import { isDue, messageFor, type NotificationKey, notificationKeySchema } from './state/notification.ts';
import type { NotificationStore } from './state/notification-store.ts';
import { redeliver } from './state/transitions.ts';

export interface JobStore {
  read(merchantId: MerchantId, jobId: string): Promise<Job | undefined>;
  /** Unfinished jobs of all merchants: at most one per slot of each merchant. */
  running(): Promise<readonly Pick<Job, 'merchantId' | 'jobId'>[]>;
  /** False if another writer came after `expectedRev`. For a new job (0), also false if its slot is taken. */
  save(job: Job, expectedRev: number, entry?: AuditEntry): Promise<boolean>;
}

/** Redelivery of a whole time range: a job that runs in steps and records its progress. */

export const UNDELIVERED_STATES = ['retrying', 'exhausted', 'blocked'] as const;
export type UndeliveredState = (typeof UNDELIVERED_STATES)[number];

/**
 * Order in which the states are read. A redelivered notification becomes `retrying` at once, perhaps `blocked` a moment
 * later, and `exhausted` only at the end of its schedule. This order keeps the job from finding it a second time.
 */
const READING_ORDER: readonly UndeliveredState[] = ['retrying', 'blocked', 'exhausted'];

/** Notifications per step. Progress is written after each step. */
const STEP = 50;
/** Notifications of one step processed concurrently. */
const STEP_CONCURRENCY = 8;
/** Slots for concurrent jobs of one merchant. More jobs would only wait for each other. */
const SLOTS = [0, 1, 2] as const;
/** Jobs that one run processes concurrently. */
const JOB_CONCURRENCY = 4;
/** Steps of one job per run. The rest waits a minute for the next run, so that other jobs get their turn. */
const MAX_STEPS = 40;

export const jobSchema = z.object({
  jobId: z.string(),
  merchantId: storedMerchantId,
  /** The merchant's slot that the job occupies while it runs. */
  slot: z.number().int().nonnegative(),
  from: storedTime,
  to: storedTime,
  states: z.array(storedWord<UndeliveredState>()).min(1),
  endpointId: storedEndpointId.exactOptional(),
  createdAt: storedTime,
  /** The key that started it. Absent on jobs of older versions. */
  by: storedId.exactOptional(),
  /** Only `running` jobs are processed. */
  state: storedWord<'running' | 'done'>(),
  /** Keys of the pending step: found and counted, not yet sent. */
  keys: z.array(notificationKeySchema),
  /** Index range to read next: all partitions of the first state, then those of the next state. */
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
  readonly trail: AuditTrail;
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
  const { merchantId, jobId } = job;
  const entry = ports.trail.entry({ action: 'redelivery.started', merchantId, jobId });
  for (const slot of SLOTS) {
    const placed = { ...job, slot, by: entry.by };
    if (await ports.jobs.save(placed, 0, entry)) return placed;
  }
  return 'too_many_jobs';
}

/** Advances every running job until `deadlineMs`. No job keeps another from its turn. */
export async function runJobs(ports: RedeliveryPorts, deadlineMs: number): Promise<void> {
  const running = [...(await ports.jobs.running())];
  // Starts at a random job, so that a deadline does not always cut off the same ones.
  const first = Math.floor(ports.random.fraction() * running.length);
  const inTurn = [...running.slice(first), ...running.slice(0, first)];
  await boundedMap(inTurn, JOB_CONCURRENCY, async ({ merchantId, jobId }) => {
    const job = await ports.jobs.read(merchantId, jobId);
    if (job !== undefined) await runJob(ports, job, deadlineMs);
  });
}

/**
 * Runs up to {@link MAX_STEPS} steps of a job. A step's keys are written before they are sent. If the process dies during
 * a step, the same step is repeated: it counts the same keys and sends none twice.
 */
async function runJob(ports: RedeliveryPorts, job: Job, deadlineMs: number): Promise<void> {
  let current = job;
  for (let step = 0; step < MAX_STEPS && current.state === 'running'; step += 1) {
    if (ports.clock.now() >= deadlineMs) return;
    const next = await runStep(ports, current);
    // Another run is processing this job. The loser stops.
    if (!(await ports.jobs.save(next, current.rev))) return;
    current = next;
  }
}

/** Sends the keys that the last step found, and finds the next ones. */
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

/** Whether the notification was redelivered since the job began: now, by a step that died, or manually in the meantime. */
async function resend(ports: RedeliveryPorts, job: Job, key: NotificationKey): Promise<boolean> {
  const current = await ports.notifications.read(key).catch(undefinedWhereUnreadable);
  if (current === undefined) return false;
  if (current.startedAt >= job.createdAt) return true;
  if (!job.states.some((state) => state === current.state)) return false;
  // With a clock that is behind, `startedAt` would precede the job, and a repeated step would not recognise the redelivery.
  const atMs = Math.max(ports.clock.now(), msOf(job.createdAt));
  const next = redeliver(current, { by: job.by, atMs });
  if ((await saveNotification(ports, next, current)).kind === 'overtaken') return false;
  // If the process dies here, the item is due but unsent. The sweep finds it.
  if (isDue(next)) await ports.dispatcher.sendNow('retry', [messageFor(next)]);
  return true;
}

/** Skips an unreadable row: it was already reported to operators, and the rest of the job continues. */
function undefinedWhereUnreadable(error: unknown): undefined {
  if (!isUnreadable(error)) throw error;
}
