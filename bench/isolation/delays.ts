/** A delay of one of the nine, in milliseconds. */
export interface Delay {
  /** When it was listed, from the moment at which the tenth began to misbehave. */
  readonly sinceMs: number;
  /** From `listedAt` to the first request at the receiver. */
  readonly delayMs: number;
}

/** The delay that a share of all stay within; not a number where there are none. */
export function percentile(delays: readonly Delay[], share: number): number {
  const sorted = delays.map(({ delayMs }) => delayMs).sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
