import { CLOCK_TOLERANCE_MS } from '../../protocol/table/clock-skew.ts';
import type { ServiceEvent } from '../events.ts';

export type { Clock, Random } from '../../protocol/runtime/clock.ts';

/** The ports that every use case may need: time, randomness and reporting. Adapters implement them. */

/** Whether this machine's clock may stamp, and may be compared with the stamps of others. */
export interface ClockTrust {
  /** @throws Fault `clock_skew` if the table's clock contradicts this machine's */
  assertTrusted(): void;
}

/** The most that the stamps of two trusted machines may differ: one may be ahead and the other behind. */
export const CLOCKS_DIFFER_MS = 2 * CLOCK_TOLERANCE_MS;

/** Waiting, so that a virtual clock can skip it. */
export interface Timer {
  sleep(ms: number): Promise<void>;
}

export interface Reporter {
  report(event: ServiceEvent): void;
}
