import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import type { JobStore } from '../deliver/redelivery/job-store.ts';
import type { Job } from '../deliver/redelivery/redelivery-job.ts';
import { isUnreadable } from '../faults.ts';
import type { MerchantId } from '../model.ts';

/** Lists a merchant's redelivery jobs, newest first. */

/** Maximum number of jobs on one page. Each costs a read. */
export const MAX_JOBS_PAGE = 50;
/** Jobs read concurrently. */
const CONCURRENCY = 8;

interface JobsQuestion {
  readonly merchantId: MerchantId;
  /** The position behind which the previous page ended. */
  readonly after?: string;
  readonly limit: number;
}

interface JobsPage {
  readonly jobs: readonly Job[];
  /** The position after which the next page begins. Absent: this is the last page. */
  readonly next?: string;
}

/** One page. A job that expired or cannot be read is left out; the latter was reported to operators. */
export async function readJobs(
  { jobs }: { readonly jobs: Pick<JobStore, 'list' | 'read'> },
  { merchantId, after, limit }: JobsQuestion,
): Promise<JobsPage> {
  const before = after === undefined ? {} : { before: after };
  // One more than asked for tells whether there is another page.
  const listed = await jobs.list({ merchantId, limit: limit + 1, ...before });
  const shown = listed.slice(0, limit);
  const read = await boundedMap(shown, CONCURRENCY, (position) =>
    jobs.read(merchantId, jobIdAt(position)).catch((error: unknown) => {
      if (!isUnreadable(error)) throw error;
      return undefined;
    }),
  );
  const last = shown.at(-1);
  return {
    jobs: read.filter((job) => job !== undefined),
    ...(listed.length > limit && last !== undefined && { next: last }),
  };
}

/** A position is the time of creation and the job's id. */
function jobIdAt(position: string): string {
  return position.slice(position.indexOf('#') + 1);
}
