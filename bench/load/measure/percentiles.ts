/** The value that a share (0 to 1) of all values does not exceed. NaN without values. */
export function percentileOf(values: readonly number[], share: number): number {
  return ofSorted(
    values.toSorted((left, right) => left - right),
    share,
  );
}

/** Delays in milliseconds. NaN if nothing was measured. */
export interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export function delaysOf(values: readonly number[]): Delays {
  const sorted = values.toSorted((left, right) => left - right);
  return {
    p50: ofSorted(sorted, 0.5),
    p99: ofSorted(sorted, 0.99),
    p999: ofSorted(sorted, 0.999),
    max: ofSorted(sorted, 1),
  };
}

function ofSorted(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
