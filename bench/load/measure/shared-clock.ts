/**
 * Milliseconds of the machine's monotonic clock, with fractions. All processes of a machine share it, so times of the
 * generator and of the sink can be subtracted.
 */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
