import type { MerchantId } from '../../model.ts';
import { changeUnderRev, OVERTAKEN } from '../../runtime/change-under-rev.ts';
import type { Clock } from '../../runtime/environment.ts';
import { isoTime } from '../../time.ts';
import type { JobStore } from './job-store.ts';
import type { Job } from './redelivery-job.ts';

interface CancelRequest {
  readonly merchantId: MerchantId;
  readonly jobId: string;
  /** The id of the key that cancels. */
  readonly by: string;
}

/**
 * Asks a job to stop. It takes no further step. The run that is in the middle of one ends the job with what it counted. If
 * that run dies, a later one ends the job. A job that has ended stays as it is.
 *
 * @returns undefined if the merchant has no such job
 */
export function cancelRedelivery(
  ports: { readonly jobs: Pick<JobStore, 'read' | 'save'>; readonly clock: Clock },
  { merchantId, jobId, by }: CancelRequest,
): Promise<Job | undefined> {
  return changeUnderRev('The job', async () => {
    const job = await ports.jobs.read(merchantId, jobId);
    if (job === undefined || (job.state !== 'running' && job.state !== 'replaying')) return job;
    const cancelled = { at: isoTime(ports.clock.now()), by };
    const next: Job = { ...job, state: 'cancelling', cancelled, rev: job.rev + 1 };
    return (await ports.jobs.save(next, job.rev)) ? next : OVERTAKEN;
  });
}
