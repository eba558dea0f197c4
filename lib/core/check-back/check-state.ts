import { snippetOf } from '../deliver/state/transitions.ts';
import type { Check, CheckAttempt } from '../record/pending-check.ts';
import { clampWait } from '../runtime/waiting.ts';
import { isoTime, MINUTE_MS, msOf, SECOND_MS } from '../time.ts';

/** How a check goes on after a request to its initiator. */

/** Attempts kept on a check: the latest ones. */
const MAX_ATTEMPTS_KEPT = 8;
/** Pause after the first request. It doubles with each request, up to `MAX_PAUSE_MS`, jitter included. */
const FIRST_PAUSE_MS = 10 * SECOND_MS;
const MAX_PAUSE_MS = 60 * MINUTE_MS;
/** Jitter lengthens pauses by up to this share, so that checks made together are not repeated together. */
const JITTER = 0.1;

function horizonMs({ startedAt }: Check, horizonSeconds: number): number {
  return msOf(startedAt) + horizonSeconds * SECOND_MS;
}

/** A completed request to the initiator. */
interface EndedAsking {
  readonly attempt: CheckAttempt;
  readonly body: string;
  readonly waitMs?: number;
}

interface AskingPlan {
  readonly nowMs: number;
  readonly horizonSeconds: number;
  readonly fraction: number;
}

/**
 * The check after a request that did not end it. The next request follows later, at the horizon at the latest. After the
 * horizon the check is `unresolved`, and an operator must look.
 *
 * @param asked undefined if there is no address to ask
 */
export function afterAsking(check: Check, asked: EndedAsking | undefined, plan: AskingPlan): Check {
  const { nextAttemptAt: _due, responseSnippet: _old, ...rest } = check;
  const snippet = asked === undefined ? '' : snippetOf(asked);
  const next: Check = {
    ...rest,
    rev: check.rev + 1,
    attempts:
      asked === undefined ? check.attempts : [...check.attempts, asked.attempt].slice(-MAX_ATTEMPTS_KEPT),
    ...(snippet !== '' && { responseSnippet: snippet }),
  };
  const endMs = horizonMs(check, plan.horizonSeconds);
  if (plan.nowMs >= endMs) return { ...next, state: 'unresolved' };
  if (asked === undefined) return { ...next, nextAttemptAt: isoTime(endMs) };
  const doubledMs = FIRST_PAUSE_MS * 2 ** Math.min(asked.attempt.number - 1, 30);
  const minMs = Math.min(Math.max(doubledMs, asked.waitMs ?? 0), MAX_PAUSE_MS);
  const jitteredMs = minMs * (1 + JITTER * plan.fraction);
  const pauseMs = clampWait({ minMs, jitteredMs, maxMs: MAX_PAUSE_MS });
  return { ...next, nextAttemptAt: isoTime(Math.min(plan.nowMs + pauseMs, endMs)) };
}
