import type { ServiceEvent } from './events.ts';

/** What every use case may ask of its surroundings: time, chance, and somebody who listens. Adapters implement these. */

/** The wall clock, in milliseconds since 1970-01-01T00:00:00Z. */
export interface Clock {
  now(): number;
}

/** Whether this machine's clock may be compared with others' stamps, or stamp itself. */
export interface ClockTrust {
  /** @throws Fault `clock_skew` where the table's own clock contradicts this machine's */
  assertTrusted(): void;
}

/** How far the clock of a trusted machine may be off the table's. */
export const CLOCK_TOLERANCE_MS = 2_000;
/** How far the stamps of two trusted machines may differ: one may be ahead, and the other behind. */
export const CLOCKS_DIFFER_MS = 2 * CLOCK_TOLERANCE_MS;

/** Waiting, so that a virtual clock can skip it. */
export interface Timer {
  sleep(ms: number): Promise<void>;
}

/** Where all randomness comes from. */
export interface Random {
  /** A float, 0 inclusive to 1 exclusive; for jitter, never for secrets. */
  fraction(): number;
  /** `size` cryptographically strong random bytes. */
  bytes(size: number): Uint8Array;
}

export interface Reporter {
  report(event: ServiceEvent): void;
}
