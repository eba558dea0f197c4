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
  readonly health: Pick<HealthMonitor, 'noticeSlow'>;
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

interface PatientAttempt {
  readonly made: AttemptMade;
  /** Whether it was ended before its time-out, and is to be made again in the retry lane. */
  readonly isHandedOver: boolean;
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
): Promise<PatientAttempt> {
  const silence = watchSilence(ports, attempt.target, lane);
  const patience = { ms: SLOW_MS, onExceeded: silence.onExceeded };
  const made = await makeAttempt(ports, { ...attempt, patience });
  await silence.handled();
  return silence.isGivenUp() && isTimeout(made)
    ? { made: { ...made, outcome: { result: 'failed', code: 'handed_over' } }, isHandedOver: true }
    : { made, isHandedOver: false };
}

/** An answer that came in the last moment is an answer, although the request was given up. */
function isTimeout({ outcome }: AttemptMade): boolean {
  return outcome.result === 'failed' && outcome.code === 'timeout';
}

interface Silence {
  readonly onExceeded: (giveUp: () => void) => void;
  /** Ends when everything is done that the silence led to; at once where there was none. */
  handled(): Promise<void>;
  isGivenUp(): boolean;
}

function watchSilence(ports: LanePatiencePorts, target: Target, lane: Lane): Silence {
  let isGivenUp = false;
  let handling: Promise<unknown> | undefined;
  const yieldSeat = async (giveUp: () => void): Promise<void> => {
    if (lane !== 'first' || (await takesSeat(ports, target))) return;
    isGivenUp = true;
    giveUp();
  };
  return {
    onExceeded(giveUp) {
      // Advice: where it cannot be given, the attempt counts all the same.
      const telling = ports.health.noticeSlow(target.circuit).catch(() => undefined);
      handling = Promise.all([telling, yieldSeat(giveUp)]);
    },
    handled: async () => void (await handling),
    isGivenUp: () => isGivenUp,
  };
}

/** Whether this request may keep its merchant's seat. Where nobody can say, it may not: the other merchants matter more. */
async function takesSeat(
  { gate, clock }: LanePatiencePorts,
  { circuit: { merchantId }, timeoutMs }: Target,
): Promise<boolean> {
  const nowMs = clock.now();
  const untilMs = nowMs + timeoutMs - SLOW_MS + SEAT_MARGIN_MS;
  const entry = await gate.enter({ merchantId, name: FIRST_LANE }, { nowMs, untilMs }).catch(() => undefined);
  return entry?.kind === 'entered';
}

/** The place of a merchant's one silent request. */
const FIRST_LANE = 'first-lane';
