import { CLOCK_TOLERANCE_MS } from '../protocol/table/clock-skew.ts';
import type { ServiceEvent } from './events.ts';

export type { Clock, Random } from '../protocol/runtime/clock.ts';

/** What every use case may ask of its surroundings: time, chance, and somebody who listens. Adapters implement these. */

/** Whether this machine's clock may be compared with others' stamps, or stamp itself. */
export interface ClockTrust {
  /** @throws Fault `clock_skew` where the table's own clock contradicts this machine's */
  assertTrusted(): void;
}

/** How far the stamps of two trusted machines may differ: one may be ahead, and the other behind. */
export const CLOCKS_DIFFER_MS = 2 * CLOCK_TOLERANCE_MS;

/** Waiting, so that a virtual clock can skip it. */
export interface Timer {
  sleep(ms: number): Promise<void>;
}

export interface Reporter {
  report(event: ServiceEvent): void;
}
