import { JITTER_DIVISOR, nextDelay, type Schedule, totalSeconds } from '../../schedule.ts';
import { isoTime, msOf, SECOND_MS } from '../../time.ts';
import type { AttemptResult } from '../attempt/classify.ts';
import {
  type Attempt,
  isOpen,
  MAX_ATTEMPTS_KEPT,
  MAX_SNIPPET_BYTES,
  type Notification,
  type NotificationState,
  nextNumber,
} from './notification.ts';

/** Refusals by the guard in a row after which a notification is blocked. */
const MAX_REFUSALS_IN_A_ROW = 3;

export interface AttemptMade {
  /** When the request went out, and how long the exchange took. */
  readonly atMs: number;
  readonly durationMs: number;
  readonly outcome: AttemptResult;
  readonly body: string;
}

/** What decides when the next attempt is. */
export interface AttemptPlan {
  readonly schedule: Schedule;
  readonly nowMs: number;
  /** 0 inclusive to 1 exclusive, for jitter. */
  readonly fraction: number;
}

/**
 * The state of a notification after one attempt. `delivered` and `acknowledged` stand whatever a further
 * attempt brings; a 2xx makes every other state `delivered`.
 */
export function afterAttempt(notification: Notification, made: AttemptMade, plan: AttemptPlan): Notification {
  const tried = withAttempt(notification, made);
  if (made.outcome.result === 'delivered') {
    return settle(tried, notification.state === 'acknowledged' ? 'acknowledged' : 'delivered');
  }
  if (!isOpen(notification)) return settle(tried, notification.state);
  if (made.outcome.result === 'gone') return blocked(tried, 'gone');
  if (refusedTooOften(tried)) return blocked(tried, 'address_refused');
  const next = nextDelay({
    schedule: plan.schedule,
    attemptsMade: tried.attemptsMade,
    fraction: plan.fraction,
    ...('retryAfterSeconds' in made.outcome &&
      made.outcome.retryAfterSeconds !== undefined && { retryAfterSeconds: made.outcome.retryAfterSeconds }),
  });
  if (next === 'exhausted') return settle(tried, 'exhausted');
  return {
    ...tried,
    state: 'retrying',
    nextAttemptAt: isoTime(plan.nowMs + next.delaySeconds * SECOND_MS),
  };
}

/**
 * The first lane did not wait for the end of the request: another one is due at once, in the retry lane. It uses up
 * nothing of the schedule, since the endpoint was not given its whole time-out.
 */
export function handOver(notification: Notification, made: AttemptMade, nowMs: number): Notification {
  const { attemptsMade } = notification;
  const state = isOpen(notification) ? 'retrying' : notification.state;
  return { ...withAttempt(notification, made), attemptsMade, state, nextAttemptAt: isoTime(nowMs) };
}

/** The endpoint is gone or disabled: nothing is sent, and the notification waits for a redelivery. */
export function block(notification: Notification, reason: string): Notification {
  const raised = { ...notification, rev: notification.rev + 1 };
  return isOpen(notification) ? blocked(raised, reason) : settle(raised, notification.state);
}

function blocked(notification: Notification, blockedReason: string): Notification {
  return { ...settle(notification, 'blocked'), blockedReason };
}

/** Time beyond the schedule's own total, jitter included, in which deferred attempts may still be made. */
const HORIZON_GRACE_MS = 3_600_000;

interface DeferralPlan {
  readonly schedule: Schedule;
  readonly nowMs: number;
  readonly untilMs: number;
}

/**
 * Nothing is sent now, because the endpoint is surely dead. The schedule is not used up by it, but the horizon
 * stands: beyond it the notification is exhausted.
 */
export function defer(notification: Notification, plan: DeferralPlan): Notification {
  const raised = { ...notification, rev: notification.rev + 1 };
  const scheduleMs = totalSeconds(plan.schedule) * (1 + 1 / JITTER_DIVISOR) * SECOND_MS;
  const horizonMs = msOf(notification.startedAt) + scheduleMs + HORIZON_GRACE_MS;
  if (plan.nowMs >= horizonMs) return settle(raised, isOpen(notification) ? 'exhausted' : notification.state);
  return { ...raised, nextAttemptAt: isoTime(Math.min(plan.untilMs, horizonMs)) };
}

/**
 * Send again, now. Of what was settled for good it is one extra attempt, and the state stays; everything else
 * begins its schedule and its horizon anew.
 */
export function redeliver(notification: Notification, nowMs: number): Notification {
  const now = isoTime(nowMs);
  const { blockedReason: _past, ...rest } = notification;
  const raised = { ...rest, rev: notification.rev + 1, nextAttemptAt: now, startedAt: now };
  if (notification.state === 'delivered' || notification.state === 'acknowledged') return raised;
  return { ...raised, state: 'retrying', attemptsMade: 0 };
}

/** The receiver has the outcome: it said so by query. Nothing more is sent. */
export function acknowledge(notification: Notification): Notification {
  const state = notification.state === 'delivered' ? 'delivered' : 'acknowledged';
  return settle({ ...notification, rev: notification.rev + 1 }, state);
}

/** An attempt as it is kept and shown. */
export function attemptOf(made: AttemptMade, number: number): Attempt {
  const { outcome } = made;
  return {
    number,
    at: isoTime(made.atMs),
    durationMs: Math.round(made.durationMs),
    ...('statusCode' in outcome && outcome.statusCode !== undefined && { statusCode: outcome.statusCode }),
    ...('code' in outcome && { error: outcome.code }),
  };
}

/** The beginning of an answer's body. */
export function snippetOf({ body }: { readonly body: string }): string {
  return truncateUtf8(body, MAX_SNIPPET_BYTES);
}

function withAttempt(notification: Notification, made: AttemptMade): Notification {
  const attempt = attemptOf(made, nextNumber(notification));
  const { responseSnippet: _previous, ...rest } = notification;
  const snippet = snippetOf(made);
  return {
    ...rest,
    rev: notification.rev + 1,
    attemptsMade: notification.attemptsMade + 1,
    attempts: [...notification.attempts, attempt].slice(-MAX_ATTEMPTS_KEPT),
    ...(snippet !== '' && { responseSnippet: snippet }),
  };
}

function settle(notification: Notification, state: NotificationState): Notification {
  const { nextAttemptAt: _none, blockedReason, ...rest } = notification;
  return { ...rest, state, ...(state === 'blocked' && blockedReason !== undefined && { blockedReason }) };
}

function refusedTooOften(notification: Notification): boolean {
  const last = notification.attempts.slice(-MAX_REFUSALS_IN_A_ROW);
  return last.length === MAX_REFUSALS_IN_A_ROW && last.every(({ error }) => error === 'address_refused');
}

/** Cuts between characters: half of one would not survive the table. */
function truncateUtf8(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString('utf8');
}
