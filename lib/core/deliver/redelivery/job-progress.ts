import { PARTITIONS } from '../../partitions.ts';
import { msOf } from '../../time.ts';
import type { Job } from './redelivery-job.ts';

const THOUSANDTHS = 1_000;

/** The share of a job's work that is done, 0 to 1, in thousandths. Only a job that did everything has 1. */
export function progressOf(job: Job): number {
  if (job.state === 'done') return 1;
  const share = job.include === undefined || job.include === 'undelivered' ? byRanges(job) : alongFeed(job);
  return Math.floor(Math.min(share, 1 - 1 / THOUSANDTHS) * THOUSANDTHS) / THOUSANDTHS;
}

function byRanges({ range, states }: Job): number {
  return range / (states.length * PARTITIONS);
}

function alongFeed({ examined = 0, total, after, from, to }: Job): number {
  if (total !== undefined) return total === 0 ? 0 : examined / total;
  return after === undefined ? 0 : (msOf(after.listedAt) - msOf(from)) / (msOf(to) - msOf(from));
}
