import { clampWait, MAX_QUEUE_WAIT_MS } from '../../runtime/waiting.ts';
import { MINUTE_MS, msOf } from '../../time.ts';
import type { Admission } from '../health/circuit-breaker.ts';
import type { RateAnswer } from '../rate/rate-limiter.ts';
import type { Notification, NotificationMessage } from '../state/notification.ts';
import {
  type AttemptMade,
  type AttemptPlan,
  afterAttempt,
  block,
  defer,
  handOver,
  waitForSlot,
} from '../state/transitions.ts';

/**
 * The decision of a delivery: the notification's next state, and what follows once it is written. All functions here are
 * pure; `deliver.ts` acts on their results.
 */
export interface NextStep {
  /** The state to write, on condition that the notification is unchanged since it was read. */
  readonly next: Notification;
  /** When the message for `next` is due, in ms since 1970. Absent: no message follows. */
  readonly sendAtMs?: number;
  /** The message comes back at a slot of the endpoint's rate that is reserved for it. */
  readonly slotMs?: number;
  /** The request behind this step. Absent: none was made. */
  readonly made?: AttemptMade;
  /** Stable code, reported to operators if this step ends the notification. */
  readonly reason: string;
}

/** The step if no target may be called. */
export function whenBlocked(current: Notification, reason: string): NextStep {
  return stepTo(block(current, reason), { reason });
}

/** The step if the circuit breaker defers the request. */
export function whenDeferred(
  current: Notification,
  admission: Extract<Admission, { kind: 'defer' }>,
  plan: AttemptPlan,
): NextStep {
  const untilMs = plan.nowMs + deferralMs(current, admission, plan);
  return stepTo(defer(current, { ...plan, untilMs }), { reason: 'horizon_passed' });
}

/** A wait for a slot is written if the notification would be this late: the audit would count a missing one as lost. */
const MAX_UNWRITTEN_WAIT_MS = MINUTE_MS;
/** Without a slot, the sweep finds a notification again after this time, and at most this much later. */
const MIN_SLOTLESS_MS = MINUTE_MS;
const SLOTLESS_SPREAD_MS = 13 * MINUTE_MS;

/** Whether the table must know of a wait until then. A shorter wait is in the message alone. */
export function isWaitWorthWriting({ nextAttemptAt, listedAt }: Notification, untilMs: number): boolean {
  return untilMs - msOf(nextAttemptAt ?? listedAt) > MAX_UNWRITTEN_WAIT_MS;
}

/** The step if the endpoint's rate lets the request go later. Without a slot no message follows: the due index holds it. */
export function whenRateLimited(
  current: Notification,
  answer: Exclude<RateAnswer, { kind: 'go' }>,
  { nowMs, fraction }: Pick<AttemptPlan, 'nowMs' | 'fraction'>,
): NextStep {
  const reason = 'rate_limited';
  if (answer.kind === 'full') {
    const untilMs = nowMs + MIN_SLOTLESS_MS + SLOTLESS_SPREAD_MS * fraction;
    return { next: waitForSlot(current, untilMs), reason };
  }
  return stepTo(waitForSlot(current, answer.untilMs), { reason });
}

/** The slot that a message has after the answer. A crowded row changes nothing: who had a slot keeps it, the others have none. */
export function slotAfter(
  answer: Exclude<RateAnswer, { kind: 'go' }>,
  { slotMs }: Pick<NotificationMessage, 'slotMs'>,
): Pick<NotificationMessage, 'slotMs'> {
  switch (answer.kind) {
    case 'wait':
      return { slotMs: answer.untilMs };
    case 'crowded':
      return slotMs === undefined ? {} : { slotMs };
    case 'full':
      return {};
  }
}

/** The step if the first lane aborted the request: the retry lane makes a new one now. */
export function whenHandedOver(current: Notification, made: AttemptMade, nowMs: number): NextStep {
  return stepTo(handOver(current, made, nowMs), { made, reason: reasonOf(made) });
}

/** The step after a completed request. */
export function whenAttempted(current: Notification, made: AttemptMade, plan: AttemptPlan): NextStep {
  return stepTo(afterAttempt(current, made, plan), { made, reason: reasonOf(made) });
}

/**
 * Whether an overtaken step is decided again on the current state: only after a 2xx, and only if the notification is
 * neither `delivered` nor `acknowledged` yet.
 */
export function isDecidedAgain({ made }: NextStep, current: Notification): boolean {
  const isSettled = current.state === 'delivered' || current.state === 'acknowledged';
  return made?.outcome.result === 'delivered' && !isSettled;
}

function stepTo(next: Notification, how: Pick<NextStep, 'made' | 'reason'>): NextStep {
  const { nextAttemptAt } = next;
  return { next, ...how, ...(nextAttemptAt !== undefined && { sendAtMs: msOf(nextAttemptAt) }) };
}

function reasonOf({ outcome }: AttemptMade): string {
  return 'code' in outcome ? outcome.code : outcome.result;
}

/** Cap on a deferral. Up to it, a deferral lasts at least half the time the endpoint has been dead, to save writes. */
const MAX_DEFERRAL_MS = 6 * 60 * MINUTE_MS;
/** Jitter lengthens a deferral by up to this share, so that deferred attempts do not all return at once. */
const DEFERRAL_SPREAD = 0.1;
/** A notification listed or redelivered this recently waits only for the next probe: the endpoint may be back by then. */
const YOUNG_MS = 60 * MINUTE_MS;
/** Leaves room for the full jitter below the longest queue delay. Clamping would make all attempts return at once. */
const MAX_YOUNG_DEFERRAL_MS = MAX_QUEUE_WAIT_MS / (1 + DEFERRAL_SPREAD);

function deferralMs(
  { startedAt }: Notification,
  { probeAtMs, openedAtMs }: Extract<Admission, { kind: 'defer' }>,
  { nowMs, fraction }: AttemptPlan,
): number {
  const isYoung = nowMs - msOf(startedAt) < YOUNG_MS;
  const maxMs = isYoung ? MAX_YOUNG_DEFERRAL_MS : MAX_DEFERRAL_MS;
  // Any wait for a probe fits the queue's longest delay. The cap is needed because a slow clock would make it look longer.
  const probeInMs = Math.min(probeAtMs - nowMs, MAX_QUEUE_WAIT_MS);
  const minMs = Math.max(probeInMs, Math.min((nowMs - openedAtMs) / 2, maxMs));
  return clampWait({ minMs, jitteredMs: minMs * (1 + DEFERRAL_SPREAD * fraction) });
}
