import { boundedMap } from '../../../protocol/runtime/bounded-map.ts';
import { MINUTE_MS, msOf } from '../../time.ts';
import type { JobStore } from './job-store.ts';
import { isActive, type Job } from './redelivery-job.ts';
import { type ReplayPorts, replayLook, replayStep } from './replay-step.ts';
import { ended } from './step-results.ts';
import { type UndeliveredPorts, undeliveredLook, undeliveredStep } from './undelivered-step.ts';

/** Runs redelivery jobs, a number of steps each. */

export type RedeliveryPorts = UndeliveredPorts & ReplayPorts & { readonly jobs: JobStore };

/** Jobs that one run processes concurrently. */
const JOB_CONCURRENCY = 4;
/** Steps of one job per run. The rest waits a minute for the next run, so that other jobs get their turn. */
const MAX_STEPS = 200;
/** A cancelled step has ended by then, or its process died. */
const STEP_ENDED_MS = MINUTE_MS;

/** Advances every job that has not ended, until `deadlineMs`. No job keeps another from its turn. */
export async function runJobs(ports: RedeliveryPorts, deadlineMs: number): Promise<void> {
  const running = [...(await ports.jobs.running())];
  // Starts at a random job, so that a deadline does not always cut off the same ones.
  const first = Math.floor(ports.random.fraction() * running.length);
  const inTurn = [...running.slice(first), ...running.slice(0, first)];
  await boundedMap(inTurn, JOB_CONCURRENCY, async ({ merchantId, jobId }) => {
    const job = await ports.jobs.read(merchantId, jobId);
    if (job === undefined) return;
    if (job.state === 'cancelling') await endLater(ports, job);
    else await runJob(ports, job, deadlineMs);
  });
}

/** Runs up to {@link MAX_STEPS} steps of a job, as many as it may send in this minute. Its progress is written after each. */
async function runJob(ports: RedeliveryPorts, job: Job, deadlineMs: number): Promise<void> {
  let current = job;
  for (let step = 0; step < MAX_STEPS && isActive(current); step += 1) {
    if (ports.clock.now() >= deadlineMs) return;
    const next = await runStep(ports, current);
    if (next === undefined) return;
    const raised = { ...next, rev: current.rev + 1 };
    if (!(await ports.jobs.save(raised, current.rev)))
      return endCancelled(ports, { began: current, step: next });
    current = raised;
  }
}

function runStep(ports: RedeliveryPorts, job: Job): Promise<Job | undefined> {
  return isAlongFeed(job) ? replayStep(ports, job) : undeliveredStep(ports, job);
}

function isAlongFeed({ include = 'undelivered' }: Job): boolean {
  return include !== 'undelivered';
}

interface OvertakenStep {
  /** The job as the step found it. */
  readonly began: Job;
  /** The job with what the step did. */
  readonly step: Job;
}

/** If the job was cancelled during the step, ends it with what the step did. If another run overtook this one, stops. */
async function endCancelled(ports: RedeliveryPorts, { began, step }: OvertakenStep): Promise<void> {
  const latest = await ports.jobs.read(began.merchantId, began.jobId);
  const { cancelled } = latest ?? {};
  if (latest?.state !== 'cancelling' || cancelled === undefined || latest.rev !== began.rev + 1) return;
  const end = ended(step, 'cancelled', ports.clock.now());
  await ports.jobs.save({ ...end, cancelled, rev: latest.rev + 1 }, latest.rev);
}

/**
 * Ends a cancelled job whose run did not, because it was between two steps or died. What it had sent in its last step is
 * counted.
 */
async function endLater(ports: RedeliveryPorts, job: Job): Promise<void> {
  const cancelledMs = msOf(job.cancelled?.at ?? job.createdAt);
  if (ports.clock.now() < cancelledMs + STEP_ENDED_MS) return;
  const looked = isAlongFeed(job) ? await replayLook(ports, job) : await undeliveredLook(ports, job);
  await ports.jobs.save({ ...ended(looked, 'cancelled', ports.clock.now()), rev: job.rev + 1 }, job.rev);
}
