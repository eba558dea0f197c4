import type { Clock, Random } from '../../environment.ts';
import type { Lane } from '../../events.ts';
import type { Gate } from '../../gate.ts';
import type { TerminalOutcome } from '../../model.ts';
import { SECOND_MS } from '../../time.ts';
import type { HealthMonitor } from '../health/health-monitor.ts';
import { SLOW_MS } from '../health/request-counts.ts';
import type { AttemptMade } from '../state/transitions.ts';
import { makeAttempt } from './make-attempt.ts';
import type { Sender } from './sender.ts';
import type { Target } from './target.ts';

/** How long the first lane waits for a receiver: a batch ends with its slowest request, and keeps an instance until then. */

export interface LanePatiencePorts {
  readonly sender: Sender;
  readonly health: HealthMonitor;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly random: Random;
}

export interface WatchedAttempt {
  readonly outcome: TerminalOutcome;
  readonly target: Target;
  readonly number: number;
  readonly lane: Lane;
}

/** How long the seat is kept beyond the request's time-out. */
const SEAT_MARGIN_MS = SECOND_MS;

/**
 * Makes the attempt, and says that its endpoint is slow while it still is: until it ends, others would run into it.
 *
 * In the first lane one silent request of each merchant keeps its seat until its time-out; a receiver that is slow for
 * once is then told once. Every other silent request is ended after {@link SLOW_MS}, and is to be made again in the retry lane.
 */
export async function attemptPatiently(
  ports: LanePatiencePorts,
  { lane, ...attempt }: WatchedAttempt,
): Promise<{ readonly made: AttemptMade; readonly isHandedOver: boolean }> {
  let noticed: Promise<unknown> | undefined;
  let isGivenUp = false;
  const onExceeded = (giveUp: () => void) => {
    // Advice: where it cannot be given, the attempt counts all the same.
    const telling = ports.health.noticeSlow(attempt.target.circuit).catch(() => undefined);
    const yielding = lane === 'first' ? unlessSeated(ports, attempt.target, end) : undefined;
    noticed = Promise.all([telling, yielding]);
    function end(): void {
      isGivenUp = true;
      giveUp();
    }
  };
  const made = await makeAttempt(ports, { ...attempt, patience: { ms: SLOW_MS, onExceeded } });
  await noticed;
  const { outcome } = made;
  const isTimeout = outcome.result === 'failed' && outcome.code === 'timeout';
  // An answer that came in the last moment is an answer.
  if (!isGivenUp || !isTimeout) return { made, isHandedOver: false };
  return { made: { ...made, outcome: { result: 'failed', code: 'handed_over' } }, isHandedOver: true };
}

/** Where nobody can say whether the seat is free, it is not: the other merchants matter more. */
async function unlessSeated(
  { gate, clock }: LanePatiencePorts,
  { circuit: { merchantId }, timeoutMs }: Target,
  otherwise: () => void,
): Promise<void> {
  const nowMs = clock.now();
  const untilMs = nowMs + timeoutMs - SLOW_MS + SEAT_MARGIN_MS;
  const entry = await gate.enter({ merchantId, name: FIRST_LANE }, { nowMs, untilMs }).catch(() => undefined);
  if (entry?.kind !== 'entered') otherwise();
}

/** The place of a merchant's one silent request. */
const FIRST_LANE = 'first-lane';
