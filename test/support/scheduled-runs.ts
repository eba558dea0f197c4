import { type AuditPorts, auditPartitions } from '../../lib/core/bookkeeping/audit.ts';
import { type SweepPorts, sweepPartition } from '../../lib/core/deliver/sweep.ts';
import { forEachPartition } from '../../lib/core/partitions.ts';

const deadlineMs = Number.POSITIVE_INFINITY;

/** Sweeps every partition. Returns the number of rows that were sent. */
export async function sweep({ ports }: { readonly ports: SweepPorts }): Promise<number> {
  const sent = await forEachPartition((partition) => sweepPartition(ports, { partition, deadlineMs }));
  return sent.reduce((sum, count) => sum + count, 0);
}

/** Audits every partition, 15 minutes after each window ended. */
export async function audit({
  ports,
}: {
  readonly ports: Omit<AuditPorts, 'auditAfterSeconds'>;
}): Promise<void> {
  await auditPartitions({ ...ports, auditAfterSeconds: 900 }, { deadlineMs });
}
