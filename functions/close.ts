import { closePartitions, reportIgnoredLength } from '../lib/core/bookkeeping/close.ts';
import { openBookkeeping, reportMark } from './wiring/bookkeeping.ts';
import { type PartitionShare, serveSchedule } from './wiring/serve-schedule.ts';

const ports = openBookkeeping('close', ['windowSeconds']);

/** Runs every minute for a share of the partitions: closes the windows that ended at least one feed lag ago. */
export const handler = serveSchedule<PartitionShare>(async (deadlineMs, { partitions }) => {
  const closed = await closePartitions(ports, { partitions, deadlineMs });
  reportIgnoredLength(ports, closed);
  reportMark(
    ports,
    'closed',
    closed.map(({ throughMs }) => throughMs),
  );
});
