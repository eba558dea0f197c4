import { closePartition, reportIgnoredLength } from '../lib/core/bookkeeping/close.ts';
import { forEachPartition } from '../lib/core/partitions.ts';
import { openBookkeeping, reportMark } from './wiring/bookkeeping.ts';
import { serveSchedule } from './wiring/serve-schedule.ts';

const ports = openBookkeeping('close', ['windowSeconds']);

/** Runs every minute, for all merchants: closes the windows that ended at least one feed lag ago. */
export const handler = serveSchedule(async (deadlineMs) => {
  const closed = await forEachPartition((partition) => closePartition(ports, { partition, deadlineMs }));
  reportIgnoredLength(ports, closed);
  reportMark(
    ports,
    'closed',
    closed.map(({ throughMs }) => throughMs),
  );
});
