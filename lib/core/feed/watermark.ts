import { DAY_SECONDS, isoTime, SECOND_MS } from '../time.ts';

/** How far answers reach: back to the retention, forward to the watermark. */

export interface Reach {
  /** Days from recording for which answers reach back. */
  readonly retentionDays: number;
  /** Seconds after which an index shows every write. */
  readonly feedLagSeconds: number;
}

/** The time up to which the feed is complete: what it lists at or before it is all there is. */
export function watermarkAt({ feedLagSeconds }: Pick<Reach, 'feedLagSeconds'>, nowMs: number): string {
  return isoTime(nowMs - feedLagSeconds * SECOND_MS);
}

/** The oldest time that answers show: what is older may be half expired. */
export function oldestShown({ retentionDays }: Pick<Reach, 'retentionDays'>, nowMs: number): string {
  return isoTime(nowMs - retentionDays * DAY_SECONDS * SECOND_MS);
}
