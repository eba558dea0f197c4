import type { AuditEntry } from '../../merchants/audit-log/audit-entry.ts';
import type { MerchantId } from '../../model.ts';
import type { Job } from './redelivery-job.ts';

export interface JobStore {
  read(merchantId: MerchantId, jobId: string): Promise<Job | undefined>;
  /** Whether a job of any merchant has this id. Answers to merchants must not say more about it than {@link read} does. */
  isTaken(jobId: string): Promise<boolean>;
  /** Jobs of all merchants that have not ended: at most one per slot of each merchant. */
  running(): Promise<readonly Pick<Job, 'merchantId' | 'jobId'>[]>;
  /** False if another writer came after `expectedRev`. For a new job (0), also false if its slot is taken. */
  save(job: Job, expectedRev: number, entry?: AuditEntry): Promise<boolean>;
  /** Positions (`jobOrder`) of a merchant's jobs, newest first; strongly consistent. Those of older versions are missing. */
  list(query: JobListQuery): Promise<readonly string[]>;
}

interface JobListQuery {
  readonly merchantId: MerchantId;
  /** Exclusive: the position of a job. Default: from the newest. */
  readonly before?: string;
  readonly limit: number;
}
