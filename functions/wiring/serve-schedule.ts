import type { Context } from 'aws-lambda';
import { systemClock as clock } from '../../lib/adapters/system.ts';

/** How long before its time-out a function takes up nothing new, so that it ends what it began and writes its marks. */
const WIND_DOWN_MS = 60_000;

/** What a rule hands to each of the invocations that share the partitions. */
export interface PartitionShare {
  readonly partitions: readonly number[];
}

/** Serves the events of a rule; after `deadlineMs` the work takes up nothing new. */
export function serveSchedule<E = unknown>(work: (deadlineMs: number, event: E) => Promise<void>) {
  return (event: E, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<void> =>
    work(clock.now() + Math.max(0, context.getRemainingTimeInMillis() - WIND_DOWN_MS), event);
}
