import type { Circuit } from './deliver/health/circuit-breaker.ts';

/** Keeps callers of one kind apart, each in a process of its own. */
export interface Gate {
  /** Lets one caller in and nobody else before `untilMs`; the others learn until when it is closed. */
  enter(
    circuit: Circuit,
    times: { readonly nowMs: number; readonly untilMs: number },
  ): Promise<{ readonly kind: 'entered' } | { readonly kind: 'closed'; readonly untilMs: number }>;
}
