import type { NotificationState } from '../../../protocol/contract-words.ts';
import { JITTER_DIVISOR, nextDelay, type Schedule, totalSeconds } from '../../schedule.ts';
import { isoTime, msOf, SECOND_MS } from '../../time.ts';
import type { AttemptResult } from '../attempt/classify.ts';
import {
  type Attempt,
  isOpen,
  MAX_ATTEMPTS_KEPT,
  MAX_SNIPPET_BYTES,
  type Notification,
  nextNumber,
} from './notification.ts';

/** Consecutive refusals by the address guard that block a notification. */
const MAX_REFUSALS_IN_A_ROW = 3;

export interface AttemptMade {
  /** When the request went out (ms since 1970); `durationMs`: how long the exchange took. */
  readonly atMs: number;
  readonly durationMs: number;
  readonly outcome: AttemptResult;
  readonly body: string;
}

/** Inputs that decide the time of the next attempt. */
export interface AttemptPlan {
  readonly schedule: Schedule;
  readonly nowMs: number;
  /** 0 inclusive to 1 exclusive, for jitter. */
  readonly fraction: number;
}

/**
 * The state of a notification after one attempt. No further attempt changes `delivered` or `acknowledged`. A 2xx turns
 * every other state into `delivered`.
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
 * The state after the first lane aborted a request: a new one is due at once, in the retry lane. The aborted one does not
 * use up the schedule, because the endpoint did not get its full time-out.
 */
export function handOver(notification: Notification, made: AttemptMade, nowMs: number): Notification {
  const { attemptsMade } = notification;
  const state = isOpen(notification) ? 'retrying' : notification.state;
  return { ...withAttempt(notification, made), attemptsMade, state, nextAttemptAt: isoTime(nowMs) };
}

/** The state if the endpoint is gone or disabled: nothing is sent, and the notification waits for a redelivery. */
export function block(notification: Notification, reason: string): Notification {
  const raised = { ...notification, rev: notification.rev + 1 };
  return isOpen(notification) ? blocked(raised, reason) : settle(raised, notification.state);
}

function blocked(notification: Notification, blockedReason: string): Notification {
  return { ...settle(notification, 'blocked'), blockedReason };
}

/** Grace period after the schedule's total (jitter included) in which deferred attempts may still be made. */
const HORIZON_GRACE_MS = 3_600_000;

/**
 * The state while it waits for a slot of the endpoint's rate. It does not use up the schedule. The horizon begins only with
 * the first attempt, or when the breaker defers it: a rate limit exhausts nothing that was not attempted.
 */
export function waitForSlot(notification: Notification, untilMs: number): Notification {
  const raised = { ...notification, rev: notification.rev + 1, nextAttemptAt: isoTime(untilMs) };
  return notification.attemptsMade === 0 ? { ...raised, waitsForRate: true } : raised;
}

/** The schedule begins now if the notification waited for a slot until now. */
function begun(notification: Notification, nowMs: number): Notification {
  const { waitsForRate, ...rest } = notification;
  return waitsForRate === true ? { ...rest, startedAt: isoTime(nowMs) } : rest;
}

interface DeferralPlan {
  readonly schedule: Schedule;
  readonly nowMs: number;
  readonly untilMs: number;
}

/**
 * The state if nothing is sent because the endpoint's breaker is open. A deferral does not use up the schedule, but the
 * horizon still applies: beyond it the notification is exhausted.
 */
export function defer(waiting: Notification, plan: DeferralPlan): Notification {
  const notification = begun(waiting, plan.nowMs);
  const raised = { ...notification, rev: notification.rev + 1 };
  const scheduleMs = totalSeconds(plan.schedule) * (1 + 1 / JITTER_DIVISOR) * SECOND_MS;
  const horizonMs = msOf(notification.startedAt) + scheduleMs + HORIZON_GRACE_MS;
  if (plan.nowMs >= horizonMs) return settle(raised, isOpen(notification) ? 'exhausted' : notification.state);
  return { ...raised, nextAttemptAt: isoTime(Math.min(plan.untilMs, horizonMs)) };
}

/** A request of a caller, or of the redelivery job that a caller started. */
interface Request {
  /** The id of the key. Absent on jobs of older versions. */
  readonly by?: string | undefined;
  readonly atMs: number;
}

/**
 * Sends again now. A `delivered` or `acknowledged` notification gets one extra attempt and keeps its state. Any other
 * notification restarts its schedule and its horizon.
 */
export function redeliver(notification: Notification, request: Request): Notification {
  const now = isoTime(request.atMs);
  const { blockedReason: _past, ...rest } = notification;
  const lastRequest = { action: 'redeliver' as const, at: now, ...byOf(request) };
  const raised = { ...rest, rev: notification.rev + 1, nextAttemptAt: now, startedAt: now, lastRequest };
  if (notification.state === 'delivered' || notification.state === 'acknowledged') return raised;
  return { ...raised, state: 'retrying', attemptsMade: 0 };
}

/** The receiver confirmed through the API that it has the outcome. Nothing more is sent. */
export function acknowledge(notification: Notification, request: Request): Notification {
  const lastRequest = { action: 'acknowledge' as const, at: isoTime(request.atMs), ...byOf(request) };
  const state = notification.state === 'delivered' ? 'delivered' : 'acknowledged';
  return settle({ ...notification, rev: notification.rev + 1, lastRequest }, state);
}

function byOf({ by }: Request): { readonly by?: string } {
  return by === undefined ? {} : { by };
}

/** An attempt as stored and shown. */
export function attemptOf(made: AttemptMade, number: number): Attempt {
  const { outcome } = made;
  return {
    number,
    at: isoTime(made.atMs),
    durationMs: Math.round(made.durationMs),
    ...('statusCode' in outcome && outcome.statusCode !== undefined && { statusCode: outcome.statusCode }),
    ...('code' in outcome && { error: outcome.code }),
    ...('detail' in outcome && outcome.detail !== undefined && { detail: outcome.detail }),
  };
}

/** The start of a response body: at most {@link MAX_SNIPPET_BYTES}. */
export function snippetOf({ body }: { readonly body: string }): string {
  return truncateUtf8(body, MAX_SNIPPET_BYTES);
}

function withAttempt(waiting: Notification, made: AttemptMade): Notification {
  const notification = begun(waiting, made.atMs);
  const attempt = attemptOf(made, nextNumber(notification));
  const { responseSnippet: _previous, ...rest } = notification;
  const snippet = snippetOf(made);
  const rev = notification.rev + 1;
  return {
    ...rest,
    rev,
    attemptRev: rev,
    attemptsMade: notification.attemptsMade + 1,
    attempts: [...notification.attempts, attempt].slice(-MAX_ATTEMPTS_KEPT),
    ...(snippet !== '' && { responseSnippet: snippet }),
  };
}

function settle(notification: Notification, state: NotificationState): Notification {
  const { nextAttemptAt: _none, waitsForRate: _over, blockedReason, ...rest } = notification;
  return { ...rest, state, ...(state === 'blocked' && blockedReason !== undefined && { blockedReason }) };
}

function refusedTooOften(notification: Notification): boolean {
  const last = notification.attempts.slice(-MAX_REFUSALS_IN_A_ROW);
  return last.length === MAX_REFUSALS_IN_A_ROW && last.every(({ error }) => error === 'address_refused');
}

/** Cuts between characters: the table would not preserve half a character. */
function truncateUtf8(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString('utf8');
}
