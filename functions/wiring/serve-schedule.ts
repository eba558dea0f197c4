import type { Context } from 'aws-lambda';
import { systemClock as clock } from '../../lib/adapters/system.ts';

/** A function starts nothing new in its last minute, so that it can finish its work and save its checkpoints. */
const WIND_DOWN_MS = 60_000;

/** The event that a rule sends to each invocation: this invocation's share of the partitions. */
export interface PartitionShare {
  readonly partitions: readonly number[];
}

/** Serves the events of a rule. After `deadlineMs` (milliseconds since 1970), `work` must start nothing new. */
export function serveSchedule<E = unknown>(work: (deadlineMs: number, event: E) => Promise<void>) {
  return (event: E, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<void> =>
    work(clock.now() + Math.max(0, context.getRemainingTimeInMillis() - WIND_DOWN_MS), event);
}
