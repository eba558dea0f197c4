import * as z from 'zod';
import { base62 } from './crypto.ts';
import { type EndpointId, endpointIdSchema, type MerchantId, merchantIdSchema } from './model.ts';
import { isDue, messageFor } from './notification.ts';
import { PARTITIONS } from './partitions.ts';
import type {
  Clock,
  Dispatcher,
  JobStore,
  MerchantStore,
  NotificationStore,
  Random,
  Reporter,
} from './ports.ts';
import { isoTime } from './time.ts';
import { redeliver } from './transitions.ts';

/** Sending a whole range again: a job that the sweep works off step by step, and that says how far it is. */

export const UNDELIVERED_STATES = ['retrying', 'exhausted', 'blocked'] as const;
export type UndeliveredState = (typeof UNDELIVERED_STATES)[number];

/** Notifications of one step; after each step the progress is written. */
const STEP = 50;
/** Jobs of one merchant that run at the same time: more would only wait for each other. */
const MAX_RUNNING = 3;
/** Steps of one run: the rest waits a minute. */
const MAX_STEPS = 40;

export const jobSchema = z.object({
  jobId: z.string(),
  merchantId: merchantIdSchema,
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  states: z.array(z.enum(UNDELIVERED_STATES)).min(1),
  endpointId: endpointIdSchema.exactOptional(),
  createdAt: z.iso.datetime(),
  state: z.enum(['running', 'done']),
  /** Which of the index's ranges it is at: partitions of the first state, then of the next. */
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
  readonly reporter: Reporter;
}

export async function startRedelivery(
  ports: {
    readonly jobs: JobStore;
    readonly merchants: Pick<MerchantStore, 'read'>;
    readonly clock: Clock;
    readonly random: Random;
  },
  request: {
    readonly merchantId: MerchantId;
    readonly from: string;
    readonly to: string;
    readonly states?: readonly UndeliveredState[];
    readonly endpointId?: EndpointId;
  },
): Promise<Job | 'too_many_jobs'> {
  const running = (await ports.jobs.running()).filter(({ merchantId }) => merchantId === request.merchantId);
  if (running.length >= MAX_RUNNING) return 'too_many_jobs';
  const job: Job = {
    jobId: base62(ports.random.bytes(12)),
    merchantId: request.merchantId,
    from: request.from,
    to: request.to,
    states: [...(request.states ?? (['exhausted', 'blocked'] as const))],
    ...(request.endpointId !== undefined && { endpointId: request.endpointId }),
    createdAt: isoTime(ports.clock.now()),
    state: 'running',
    range: 0,
    found: 0,
    sent: 0,
    rev: 1,
  };
  await ports.jobs.save(job, 0);
  return job;
}

/**
 * Works a job off as far as one run goes. Dying in a step repeats it, and what was sent in it is not sent again:
 * its schedule began after the job did.
 */
export async function runJob(ports: RedeliveryPorts, job: Job): Promise<Job> {
  let current = job;
  for (let step = 0; step < MAX_STEPS && current.state === 'running'; step += 1) {
    const next = await runStep(ports, current);
    // Somebody else is working on it: whoever loses leaves it to the other.
    if (!(await ports.jobs.save(next, current.rev))) return current;
    current = next;
  }
  return current;
}

async function runStep(ports: RedeliveryPorts, job: Job): Promise<Job> {
  const state = job.states[Math.floor(job.range / PARTITIONS)];
  if (state === undefined) return { ...job, state: 'done', rev: job.rev + 1 };
  const page = await ports.notifications.undelivered({
    merchantId: job.merchantId,
    state,
    partition: job.range % PARTITIONS,
    from: job.from,
    to: job.to,
    limit: STEP,
    ...(job.cursor !== undefined && { cursor: job.cursor }),
  });
  const keys = page.keys.filter(
    ({ endpointId }) => job.endpointId === undefined || endpointId === job.endpointId,
  );
  let sent = 0;
  for (const key of keys) {
    const standing = await ports.notifications.read(key);
    if (standing === undefined || standing.state !== state || standing.startedAt >= job.createdAt) continue;
    const next = redeliver(standing, ports.clock.now());
    if (!(await ports.notifications.save(next, standing.rev))) continue;
    if (isDue(next)) await ports.dispatcher.sendNow('retry', [messageFor(next)]);
    sent += 1;
  }
  const { cursor: _done, ...rest } = job;
  return {
    ...rest,
    ...(page.cursor !== undefined && { cursor: page.cursor }),
    range: page.cursor === undefined ? job.range + 1 : job.range,
    found: job.found + keys.length,
    sent: job.sent + sent,
    rev: job.rev + 1,
  };
}
