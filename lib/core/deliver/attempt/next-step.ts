import { MINUTE_MS, msOf } from '../../time.ts';
import { clampWait, MAX_QUEUE_WAIT_MS } from '../../waiting.ts';
import type { Admission } from '../health/circuit-breaker.ts';
import type { Notification } from '../state/notification.ts';
import {
  type AttemptMade,
  type AttemptPlan,
  afterAttempt,
  block,
  defer,
  handOver,
} from '../state/transitions.ts';

/**
 * What a delivery decides: the next state of the notification, and what follows once that is written. All functions are
 * pure; `deliver.ts` acts on what they return.
 */
export interface NextStep {
  /** To be written on condition that the notification is still as it was read. */
  readonly next: Notification;
  /** When the message of `next` is due; absent where none follows. */
  readonly sendAtMs?: number;
  /** The request that led to it; absent where none was made. */
  readonly made?: AttemptMade;
  /** Why, as operators are told where this is the end: a stable code. */
  readonly reason: string;
}

/** There is no target that may be called. */
export function whenBlocked(standing: Notification, reason: string): NextStep {
  return stepTo(block(standing, reason), { reason });
}

/** The breaker keeps the request back. */
export function whenDeferred(
  standing: Notification,
  admission: Extract<Admission, { kind: 'defer' }>,
  plan: AttemptPlan,
): NextStep {
  const untilMs = plan.nowMs + deferralMs(standing, admission, plan);
  return stepTo(defer(standing, { ...plan, untilMs }), { reason: 'horizon_passed' });
}

/** The first lane did not wait for the end of the request: the retry lane makes it anew, now. */
export function whenHandedOver(standing: Notification, made: AttemptMade, nowMs: number): NextStep {
  return stepTo(handOver(standing, made, nowMs), { made, reason: reasonOf(made) });
}

/** A request was made, and has ended. */
export function whenAttempted(standing: Notification, made: AttemptMade, plan: AttemptPlan): NextStep {
  return stepTo(afterAttempt(standing, made, plan), { made, reason: reasonOf(made) });
}

/**
 * Whether a step that was overtaken is decided again on what stands now. A 2xx is, whoever wrote meanwhile, unless the
 * notification is settled for good already; nothing else is.
 */
export function isDecidedAgain({ made }: NextStep, standing: Notification): boolean {
  const isSettled = standing.state === 'delivered' || standing.state === 'acknowledged';
  return made?.outcome.result === 'delivered' && !isSettled;
}

function stepTo(next: Notification, how: Pick<NextStep, 'made' | 'reason'>): NextStep {
  const { nextAttemptAt } = next;
  return { next, ...how, ...(nextAttemptAt !== undefined && { sendAtMs: msOf(nextAttemptAt) }) };
}

function reasonOf({ outcome }: AttemptMade): string {
  return 'code' in outcome ? outcome.code : outcome.result;
}

/** Each deferral is at least half as long as the endpoint has been dead, so that waiting costs few writes. */
const MAX_DEFERRAL_MS = 6 * 60 * MINUTE_MS;
/** Deferred attempts spread out by up to this share, or all would come back at once. */
const DEFERRAL_SPREAD = 0.1;
/** What was listed or asked for lately waits no longer than for the next probe: the endpoint may be back by then. */
const YOUNG_MS = 60 * MINUTE_MS;
/** Leaves room for the whole spread below what a queue can hold: clamped, all would come back at once after all. */
const MAX_YOUNG_DEFERRAL_MS = MAX_QUEUE_WAIT_MS / (1 + DEFERRAL_SPREAD);

function deferralMs(
  { startedAt }: Notification,
  { probeAtMs, openedAtMs }: Extract<Admission, { kind: 'defer' }>,
  { nowMs, fraction }: AttemptPlan,
): number {
  const isYoung = nowMs - msOf(startedAt) < YOUNG_MS;
  const mostMs = isYoung ? MAX_YOUNG_DEFERRAL_MS : MAX_DEFERRAL_MS;
  // A queue can hold the wait for any probe; by a clock that is behind, it would look a little longer.
  const probeInMs = Math.min(probeAtMs - nowMs, MAX_QUEUE_WAIT_MS);
  const leastMs = Math.max(probeInMs, Math.min((nowMs - openedAtMs) / 2, mostMs));
  return clampWait({ leastMs, jitteredMs: leastMs * (1 + DEFERRAL_SPREAD * fraction) });
}
