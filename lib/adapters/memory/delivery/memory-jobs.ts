import type { JobStore } from '../../../core/deliver/redelivery/job-store.ts';
import { isActive, type Job, jobOrder } from '../../../core/deliver/redelivery/redelivery-job.ts';
import type { LogEntry } from '../merchants/memory-audit-log.ts';

/** @param jobs by id */
export function memoryJobs(jobs: Map<string, Job>, log: LogEntry): JobStore {
  return {
    async read(merchantId, jobId) {
      const job = jobs.get(jobId);
      return job?.merchantId === merchantId ? job : undefined;
    },
    async isTaken(jobId) {
      return jobs.has(jobId);
    },
    async running() {
      return [...jobs.values()].filter(isActive).map(({ merchantId, jobId }) => ({ merchantId, jobId }));
    },
    async save(job, expectedRev, entry) {
      if ((jobs.get(job.jobId)?.rev ?? 0) !== expectedRev) return false;
      const isTaken = (other: Job) =>
        isActive(other) && other.merchantId === job.merchantId && other.slot === job.slot;
      if (expectedRev === 0 && isActive(job) && [...jobs.values()].some(isTaken)) return false;
      jobs.set(job.jobId, structuredClone(job));
      log(entry);
      return true;
    },
    async list({ merchantId, before, limit }) {
      return [...jobs.values()]
        .filter((job) => job.merchantId === merchantId)
        .map(jobOrder)
        .filter((order) => before === undefined || order < before)
        .sort()
        .toReversed()
        .slice(0, limit);
    },
  };
}
