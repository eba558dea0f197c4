import { DAY_MS, isoTime, SECOND_MS } from '../time.ts';

/** The time range that answers cover: back to the retention, forward to the watermark. */

export interface Reach {
  /** Days after recording for which outcomes are shown. */
  readonly retentionDays: number;
  /** Seconds after which an index shows every write. */
  readonly feedLagSeconds: number;
}

/** The time up to which the feed is complete: no row at or before it can be added later. */
export function watermarkAt({ feedLagSeconds }: Pick<Reach, 'feedLagSeconds'>, nowMs: number): string {
  return isoTime(nowMs - feedLagSeconds * SECOND_MS);
}

/** The oldest time that answers show. Older data may be partly expired. */
export function oldestShown({ retentionDays }: Pick<Reach, 'retentionDays'>, nowMs: number): string {
  return isoTime(nowMs - retentionDays * DAY_MS);
}
