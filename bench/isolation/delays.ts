import { percentileOf } from '../load/measure/percentiles.ts';

/** A delay of one outcome of the nine healthy merchants, in milliseconds. */
export interface Delay {
  /** When it was listed, counted from the moment at which the tenth turned bad. */
  readonly sinceMs: number;
  /** From `listedAt` to the first request at the receiver. */
  readonly delayMs: number;
}

/** The delay that a share (0 to 1) of all delays do not exceed. NaN without delays. */
export function percentile(delays: readonly Delay[], share: number): number {
  return percentileOf(
    delays.map(({ delayMs }) => delayMs),
    share,
  );
}
