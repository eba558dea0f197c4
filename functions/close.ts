import { closePartition, reportIgnoredLength } from '../lib/core/bookkeeping/close.ts';
import { forEachPartition } from '../lib/core/partitions.ts';
import { openBookkeeping, reportMark } from './wiring/bookkeeping.ts';
import { type PartitionShare, serveSchedule } from './wiring/serve-schedule.ts';

const ports = openBookkeeping('close', ['windowSeconds']);

/** Runs every minute for a share of the partitions: closes the windows that ended at least one feed lag ago. */
export const handler = serveSchedule<PartitionShare>(async (deadlineMs, { partitions }) => {
  const closeOne = (partition: number) => closePartition(ports, { partition, deadlineMs });
  const closed = await forEachPartition(closeOne, partitions);
  reportIgnoredLength(ports, closed);
  reportMark(
    ports,
    'closed',
    closed.map(({ throughMs }) => throughMs),
  );
});
