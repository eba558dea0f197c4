import * as z from 'zod';
import { onFirstUse, type Parsed } from '../../reading/on-first-use.ts';
import { MAX_QUEUE_WAIT_MS } from '../../runtime/waiting.ts';
import { SECOND_MS } from '../../time.ts';

/**
 * An endpoint's rate limit as a state machine without storage: requests ask, and get leave to go now, or the time at
 * which to ask again. Two times are enough.
 *
 * - `sentUntilMs` limits requests. Each one moves it on by one step (a second divided by the rate). A request may go if it is
 *   at most a second ahead afterwards. So within any time T at most rate × (T + 1 s) requests go out.
 * - `queuedUntilMs` spreads the others over time: each reserves the next slot. While some wait for their slots, no request that
 *   came later overtakes them. Slots are reserved at most {@link MAX_AHEAD_MS} ahead, so slots that nobody uses, because
 *   their messages were acknowledged or blocked meanwhile, are soon over.
 *
 * A request that returns at its slot still needs leave to go. So messages that come late, all at once or after the rate was
 * lowered do not exceed the rate, and whenever leave can be given, the next one that asks gets it.
 */
export const slotsSchema = onFirstUse(() =>
  z.object({
    /** Milliseconds since 1970, with fractions. */
    sentUntilMs: z.number(),
    queuedUntilMs: z.number(),
    rev: z.number().int().nonnegative(),
  }),
);

/** The stored state of an endpoint's rate limit. */
export type Slots = Parsed<typeof slotsSchema>;

/** The state of an endpoint for which nothing is stored. */
export const NO_SLOTS: Slots = { sentUntilMs: 0, queuedUntilMs: 0, rev: 0 };

/** Slots are reserved at most this far ahead: as long as a queue holds a message. */
export const MAX_AHEAD_MS = MAX_QUEUE_WAIT_MS;

/** `new`: has no slot. `returning`: comes at its slot, and need not wait for those who come later. */
export type Asker = 'new' | 'returning';

export type Leave =
  | { readonly kind: 'go' }
  /** The slot is reserved: ask again then. */
  | { readonly kind: 'wait'; readonly untilMs: number }
  /** No slot within {@link MAX_AHEAD_MS} is free. Nothing is reserved. */
  | { readonly kind: 'full' };

export interface RateNow {
  readonly ratePerSecond: number;
  readonly nowMs: number;
}

/** Answers all askers of one batch, in their order; those that return come first. */
export function giveLeave(
  slots: Slots,
  askers: readonly Asker[],
  rate: RateNow,
): { readonly next: Slots; readonly leaves: readonly Leave[] } {
  let next = asOfNow(slots, rate);
  const leaves = new Array<Leave>(askers.length);
  for (const turn of ['returning', 'new'] as const) {
    for (const [place, asker] of askers.entries()) {
      if (asker !== turn) continue;
      const leave = leaveOf(next, asker, rate);
      leaves[place] = leave;
      next = afterLeave(next, leave, rate);
    }
  }
  return { next, leaves };
}

/** How many slots can still be reserved. */
export function freeSlots(slots: Slots, rate: RateNow): number {
  const { queuedUntilMs, sentUntilMs } = asOfNow(slots, rate);
  const { nowMs } = rate;
  const aheadMs = Math.max(queuedUntilMs, sentUntilMs, nowMs) - nowMs;
  return Math.max(0, Math.floor((MAX_AHEAD_MS - aheadMs) / stepMs(rate)));
}

/** Other machines' clocks may be ahead. A state further ahead than this machine could have written counts as that far. */
function asOfNow(slots: Slots, rate: RateNow): Slots {
  return {
    ...slots,
    sentUntilMs: Math.min(slots.sentUntilMs, rate.nowMs + burstMs(rate)),
    queuedUntilMs: Math.min(slots.queuedUntilMs, rate.nowMs + MAX_AHEAD_MS + stepMs(rate)),
  };
}

function leaveOf({ sentUntilMs, queuedUntilMs }: Slots, asker: Asker, rate: RateNow): Leave {
  const { nowMs } = rate;
  const isFree = Math.max(sentUntilMs, nowMs) + stepMs(rate) <= nowMs + burstMs(rate);
  if (isFree && (asker === 'returning' || queuedUntilMs <= nowMs)) return { kind: 'go' };
  const untilMs = Math.max(sentUntilMs, queuedUntilMs, nowMs);
  return untilMs > nowMs + MAX_AHEAD_MS ? { kind: 'full' } : { kind: 'wait', untilMs };
}

function afterLeave(slots: Slots, leave: Leave, rate: RateNow): Slots {
  switch (leave.kind) {
    case 'go':
      return { ...slots, sentUntilMs: Math.max(slots.sentUntilMs, rate.nowMs) + stepMs(rate) };
    case 'wait':
      return { ...slots, queuedUntilMs: leave.untilMs + stepMs(rate) };
    case 'full':
      return slots;
  }
}

function stepMs({ ratePerSecond }: RateNow): number {
  return SECOND_MS / ratePerSecond;
}

/** One second's worth of requests may go at once; of a rate below one a second, one request. */
function burstMs(rate: RateNow): number {
  return Math.max(SECOND_MS, stepMs(rate));
}
