import { isoTime, MINUTE_MS, msOf, SECOND_MS } from '../../time.ts';
import { MAX_QUEUE_WAIT_MS } from '../../waiting.ts';
import type { Health } from './circuit.ts';
import { failedAgain } from './lost-endpoint.ts';
import { isStreakLong, type RequestCounts } from './request-counts.ts';

/**
 * The circuit breaker as a state machine: health and event give the next health. All functions are pure.
 *
 * | state | event | next state |
 * |---|---|---|
 * | closed | failure, the last of a long row | open; the first probe in 30 s |
 * | closed | any other failure | closed; counts as failing |
 * | open | probe claimed, once it is due | half-open: one request is out, for at most 2 minutes |
 * | half-open, open | the probe failed | open; the next probe after half the time it has been open, 30 s to 15 minutes |
 * | half-open, open | failure of a request that is no probe | unchanged |
 * | any | success | closed |
 */

/** Time between probes: half of how long the breaker has been open, within these bounds. */
const MIN_PROBE_MS = 30 * SECOND_MS;
const MAX_PROBE_MS = MAX_QUEUE_WAIT_MS;
/** A probe that has not ended by then counts as dead with its function. */
const PROBE_TIMEOUT_MS = 2 * MINUTE_MS;

/** Health without its fence, which storage adds. */
export type HealthState = Omit<Health, 'rev'>;

export type HealthEvent =
  | { readonly kind: 'succeeded'; readonly isSlow: boolean }
  | {
      readonly kind: 'failed';
      readonly isSlow: boolean;
      readonly counts: RequestCounts;
      /** Whether the request that failed was the probe. */
      readonly isProbe: boolean;
    }
  | { readonly kind: 'probe_claimed' }
  /** A request has taken long already, and is not over. */
  | { readonly kind: 'slow_noticed' };

export function nextHealth({ rev: _rev, ...health }: Health, event: HealthEvent, nowMs: number): HealthState {
  switch (event.kind) {
    case 'succeeded':
      return { breaker: 'closed', slow: event.isSlow };
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
  { isSlow, counts, isProbe }: Extract<HealthEvent, { kind: 'failed' }>,
  nowMs: number,
): HealthState {
  // A request that went out before the breaker opened says nothing of the probe that somebody else holds.
  if (health.breaker !== 'closed' && !isProbe) return health;
  const { failingSince, failedDays } = failedAgain(health, nowMs);
  const failing = { slow: isSlow, failingSince, failedDays: [...failedDays] };
  if (health.breaker !== 'closed') return { ...failing, ...openAgain(health, nowMs) };
  if (!isStreakLong(counts, nowMs)) return { ...failing, breaker: 'closed' };
  return { ...failing, breaker: 'open', openedAt: isoTime(nowMs), probeAt: isoTime(nowMs + MIN_PROBE_MS) };
}

/** The longer it has been dead, the longer until the next probe. */
function openAgain(health: HealthState, nowMs: number) {
  const openedAt = health.openedAt ?? isoTime(nowMs);
  const pauseMs = Math.min(Math.max((nowMs - msOf(openedAt)) / 2, MIN_PROBE_MS), MAX_PROBE_MS);
  return { breaker: 'open', openedAt, probeAt: isoTime(nowMs + pauseMs) } as const;
}

export type Admission =
  | { readonly kind: 'go' }
  /** Not before `probeAtMs`; `openedAtMs` tells how long it has been dead. */
  | { readonly kind: 'defer'; readonly probeAtMs: number; readonly openedAtMs: number };

/** Whether a request may go out, as far as the breaker is closed; a probe is claimed beforehand. */
export function admission({ breaker, probeAt, openedAt }: Health, nowMs: number): Admission {
  if (breaker === 'closed') return { kind: 'go' };
  return {
    kind: 'defer',
    probeAtMs: Math.max(probeAt === undefined ? nowMs : msOf(probeAt), nowMs),
    openedAtMs: openedAt === undefined ? nowMs : msOf(openedAt),
  };
}

/** Whether one request may go out to find out whether the endpoint answers again. */
export function isProbeDue({ breaker, probeAt }: Health, nowMs: number): boolean {
  return breaker !== 'closed' && (probeAt === undefined || nowMs >= msOf(probeAt));
}

/** One process writes what is no change of the breaker at most so often. */
const WRITE_EVERY_MS = MINUTE_MS;

/**
 * Whether a change is worth a write. A change of the breaker is, and so is the end of a failing time, or a later failure
 * would seem to continue it; there are no more ends than beginnings. Other changes are written at most once a minute.
 */
export function isWorthWriting(health: Health, next: HealthState, sinceWriteMs: number): boolean {
  if (next.breaker !== health.breaker || next.probeAt !== health.probeAt) return true;
  if (next.failingSince === undefined && health.failingSince !== undefined) return true;
  const isChanged =
    next.slow !== health.slow ||
    next.failingSince !== health.failingSince ||
    next.failedDays?.length !== health.failedDays?.length;
  return isChanged && sinceWriteMs >= WRITE_EVERY_MS;
}
