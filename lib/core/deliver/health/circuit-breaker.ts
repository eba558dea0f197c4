import { MAX_QUEUE_WAIT_MS } from '../../runtime/waiting.ts';
import { HOUR_MS, isoTime, MINUTE_MS, msOf, SECOND_MS } from '../../time.ts';
import type { Health, RequestFailure } from './circuit.ts';
import { failedAgain } from './lost-endpoint.ts';
import { isStreakLong, type RequestCounts } from './request-counts.ts';

/**
 * The circuit breaker as a state machine: current health and an event give the next health. All functions are pure.
 *
 * | state | event | next state |
 * |---|---|---|
 * | closed | failure that completes a long streak | open; the first probe in 30 s |
 * | closed | any other failure | closed; counts as failing |
 * | open | probe claimed, once it is due | half-open: one request in flight, for at most 2 minutes |
 * | half-open, open | the probe failed | open; the next probe after half the time it has been open, 30 s to 15 minutes |
 * | half-open, open | a request other than the probe failed | unchanged |
 * | any | success | closed |
 */

/** Time between probes: half the time that the breaker has been open, within these bounds. */
const MIN_PROBE_MS = 30 * SECOND_MS;
const MAX_PROBE_MS = MAX_QUEUE_WAIT_MS;
/** After this time an unfinished probe counts as dead: its function must have died. */
const PROBE_TIMEOUT_MS = 2 * MINUTE_MS;

/** Health without its fence (`rev`), which storage adds. */
export type HealthState = Omit<Health, 'rev'>;

export type HealthEvent =
  | { readonly kind: 'succeeded'; readonly isSlow: boolean }
  | {
      readonly kind: 'failed';
      readonly isSlow: boolean;
      readonly counts: RequestCounts;
      /** Whether the request that failed was the probe. */
      readonly isProbe: boolean;
      readonly failure?: RequestFailure;
    }
  | { readonly kind: 'probe_claimed' }
  /** A request has already taken long and is still running. */
  | { readonly kind: 'slow_noticed' };

export function nextHealth({ rev: _rev, ...health }: Health, event: HealthEvent, nowMs: number): HealthState {
  switch (event.kind) {
    case 'succeeded':
      return {
        breaker: 'closed',
        slow: event.isSlow,
        lastSuccessAt: isoTime(nowMs),
        ...(health.lastFailure !== undefined && { lastFailure: health.lastFailure }),
      };
    case 'failed':
      return afterFailure(health, event, nowMs);
    case 'probe_claimed':
      return {
        ...health,
        breaker: 'half-open',
        probeAt: isoTime(nowMs + PROBE_TIMEOUT_MS),
      };
    case 'slow_noticed':
      return { ...health, slow: true };
  }
}

function afterFailure(
  health: HealthState,
  { isSlow, counts, isProbe, failure }: Extract<HealthEvent, { kind: 'failed' }>,
  nowMs: number,
): HealthState {
  // A request sent before the breaker opened says nothing about a probe that another process holds.
  if (health.breaker !== 'closed' && !isProbe) return health;
  const { failingSince, failedDays } = failedAgain(health, nowMs);
  const lastSuccessAt = lastSuccess(health, counts);
  const lastFailure = failure === undefined ? health.lastFailure : { at: isoTime(nowMs), ...failure };
  const failing = {
    slow: isSlow,
    failingSince,
    failedDays: [...failedDays],
    ...(lastSuccessAt !== undefined && { lastSuccessAt }),
    ...(lastFailure !== undefined && { lastFailure }),
  };
  if (health.breaker !== 'closed') return { ...failing, ...openAgain(health, nowMs) };
  if (!isStreakLong(counts, nowMs)) return { ...failing, breaker: 'closed' };
  return { ...failing, breaker: 'open', openedAt: isoTime(nowMs), probeAt: isoTime(nowMs + MIN_PROBE_MS) };
}

/** This process, or the one that wrote the row, has seen the later success. */
function lastSuccess(
  { lastSuccessAt = '' }: HealthState,
  { lastSuccessMs }: RequestCounts,
): string | undefined {
  const own = lastSuccessMs === undefined ? '' : isoTime(lastSuccessMs);
  return (own > lastSuccessAt ? own : lastSuccessAt) || undefined;
}

/** The longer the endpoint has been dead, the longer the wait for the next probe. */
function openAgain(health: HealthState, nowMs: number) {
  const openedAt = health.openedAt ?? isoTime(nowMs);
  const pauseMs = Math.min(Math.max((nowMs - msOf(openedAt)) / 2, MIN_PROBE_MS), MAX_PROBE_MS);
  return { breaker: 'open', openedAt, probeAt: isoTime(nowMs + pauseMs) } as const;
}

export type Admission =
  /** `isProbe`: the one request that finds out whether the endpoint is back. */
  | { readonly kind: 'go'; readonly isProbe?: true }
  /** Not before `probeAtMs`. The endpoint has been dead since `openedAtMs`. Both in ms since 1970. */
  | { readonly kind: 'defer'; readonly probeAtMs: number; readonly openedAtMs: number };

/** Admits requests only while the breaker is closed. Callers claim a due probe before they ask. */
export function admission({ breaker, probeAt, openedAt }: Health, nowMs: number): Admission {
  if (breaker === 'closed') return { kind: 'go' };
  return {
    kind: 'defer',
    probeAtMs: Math.max(probeAt === undefined ? nowMs : msOf(probeAt), nowMs),
    openedAtMs: openedAt === undefined ? nowMs : msOf(openedAt),
  };
}

/** Whether a probe is due: one request to find out whether the endpoint answers again. */
export function isProbeDue({ breaker, probeAt }: Health, nowMs: number): boolean {
  return breaker !== 'closed' && (probeAt === undefined || nowMs >= msOf(probeAt));
}

/** Shortest time between one process's writes that do not change the breaker. */
const WRITE_EVERY_MS = MINUTE_MS;
/**
 * Age at which a stored failure is replaced by one with the same cause. A notification whose attempts all fail within the
 * day of its schedule so costs two such writes at most. Counts say how many attempts fail now.
 */
const FAILURE_MAX_AGE_MS = 12 * HOUR_MS;

/**
 * Whether a change is worth a write. A breaker change always is. So is the end of a failing period, because a later failure
 * would otherwise seem to continue it; each period ends only once, so this stays cheap. Other changes are written at most
 * once a minute.
 */
export function isWorthWriting(health: Health, next: HealthState, sinceWriteMs: number): boolean {
  if (next.breaker !== health.breaker || next.probeAt !== health.probeAt) return true;
  if (next.failingSince === undefined && health.failingSince !== undefined) return true;
  const isChanged =
    next.slow !== health.slow ||
    next.failingSince !== health.failingSince ||
    next.failedDays?.length !== health.failedDays?.length ||
    isNewFailure(health.lastFailure, next.lastFailure);
  return isChanged && sinceWriteMs >= WRITE_EVERY_MS;
}

type LastFailure = Health['lastFailure'];

/** Whether attempts fail for another reason than the stored one, or the stored one is old. */
function isNewFailure(stored: LastFailure, next: LastFailure): boolean {
  if (next === undefined) return false;
  if (next.error !== stored?.error || next.detail !== stored.detail) return true;
  return msOf(next.at) - msOf(stored.at) >= FAILURE_MAX_AGE_MS;
}
