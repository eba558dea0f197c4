import type { Lane } from '../../events.ts';
import type { Clock, Random } from '../../runtime/environment.ts';
import type { Gate } from '../../runtime/gate.ts';
import { SECOND_MS } from '../../time.ts';
import type { HealthMonitor } from '../health/health-monitor.ts';
import { SLOW_MS } from '../health/request-counts.ts';
import type { AttemptMade } from '../state/transitions.ts';
import type { Callback } from './callback.ts';
import { sendSigned } from './make-attempt.ts';
import type { Sender } from './sender.ts';
import type { Target } from './target.ts';

/** How long the first lane waits for a receiver. A batch ends with its slowest request, and on Lambda occupies an instance until then. */

export interface LanePatiencePorts {
  readonly sender: Sender;
  readonly health: Pick<HealthMonitor, 'markSlow'>;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly random: Random;
}

export interface WatchedAttempt {
  readonly callback: Callback;
  readonly target: Target;
  readonly number: number;
  readonly lane: Lane;
}

interface PatientAttempt {
  readonly made: AttemptMade;
  /** Whether the request was aborted before its time-out, to be made again in the retry lane. */
  readonly isHandedOver: boolean;
}

/** How long a seat stays taken beyond the request's time-out. */
const SEAT_MARGIN_MS = SECOND_MS;

/**
 * Makes the attempt. If there is no response after {@link SLOW_MS}, reports the endpoint as slow while the request still
 * runs, so that other requests avoid it at once.
 *
 * In the first lane, one silent request per merchant holds a seat and may run until its time-out; so a receiver that is
 * slow just once gets only one request. Every other silent request is aborted after {@link SLOW_MS}, to be made again in
 * the retry lane.
 */
export async function attemptPatiently(
  ports: LanePatiencePorts,
  { lane, callback, ...attempt }: WatchedAttempt,
): Promise<PatientAttempt> {
  const silence = watchSilence(ports, attempt.target, lane);
  const patience = { ms: SLOW_MS, onExceeded: silence.onExceeded };
  const made = await sendSigned(ports, { ...callback, ...attempt, patience });
  await silence.handled();
  return silence.isGivenUp() && isTimeout(made)
    ? { made: { ...made, outcome: { result: 'failed', code: 'handed_over' } }, isHandedOver: true }
    : { made, isHandedOver: false };
}

/** A response that arrives just as the request is aborted still counts: only a time-out means a hand-over. */
function isTimeout({ outcome }: AttemptMade): boolean {
  return outcome.result === 'failed' && outcome.code === 'timeout';
}

interface Silence {
  readonly onExceeded: (giveUp: () => void) => void;
  /** Resolves when all work that the silence triggered is done; at once if there was no silence. */
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
      // Best effort: if reporting fails, the attempt still counts.
      const marking = ports.health.markSlow(target.circuit).catch(() => undefined);
      handling = Promise.all([marking, yieldSeat(giveUp)]);
    },
    handled: async () => void (await handling),
    isGivenUp: () => isGivenUp,
  };
}

/** Whether this request gets its merchant's seat. If the gate fails: no, to protect the other merchants. */
async function takesSeat(
  { gate, clock }: LanePatiencePorts,
  { circuit: { merchantId }, timeoutMs }: Target,
): Promise<boolean> {
  const nowMs = clock.now();
  const untilMs = nowMs + timeoutMs - SLOW_MS + SEAT_MARGIN_MS;
  const entry = await gate.enter({ merchantId, name: FIRST_LANE }, { nowMs, untilMs }).catch(() => undefined);
  return entry?.kind === 'entered';
}

/** Gate name of the seat for a merchant's one silent request. */
const FIRST_LANE = 'first-lane';
