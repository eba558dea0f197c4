import { Fault } from '../faults.ts';
import { CLOCKS_DIFFER_MS, type Clock, type Random, type Timer } from '../runtime/environment.ts';
import { isoTime, msOf, SECOND_MS } from '../time.ts';
import { currentSpan, type Endpoint } from './merchant-config.ts';
import { type ChangeTimes, redated } from './settings-history.ts';

/**
 * Endpoint writes whose settings come into force later than they are written. The relay reads settings after an outcome
 * was stamped. So a widening must be in the table before any machine can stamp an outcome that expects it. It is dated
 * ahead by the time that its write may take, plus the most that the stamps of two machines may differ.
 * See docs/decisions/0023-an-answered-change-is-in-force.md.
 */

export interface Lead {
  /** Milliseconds by which the stamps of two machines may differ. */
  readonly clocksDifferMs: number;
  /** Milliseconds in which the first write must be answered. Each write that is not doubles the time of the next. */
  readonly writeMs: number;
}

export const LEAD: Lead = { clocksDifferMs: CLOCKS_DIFFER_MS, writeMs: SECOND_MS };
/** For a setup where all functions run on one machine. */
export const LEAD_OF_ONE_CLOCK: Lead = { clocksDifferMs: 0, writeMs: 200 };

export interface DatingPorts {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: Random;
  readonly lead: Lead;
  /** When the change began, if it had tries before. Default: now. */
  readonly startedMs?: number;
}

/** The dates of one write, and the milliseconds in which it must be answered. */
export interface WriteTimes extends ChangeTimes {
  readonly withinMs: number;
}

/** The endpoint as it was read (absent if new), and as it is to be written. */
interface EndpointChange {
  readonly previous?: Endpoint;
  readonly next: Endpoint;
}

/** `unanswered`: the write may have taken effect, may still do so, or took effect too late for its date. */
type Written = 'written' | 'refused' | 'unanswered';

/** The writes of one change, repeated until one is known to have taken effect in time. */
export interface DatedWrites {
  /**
   * The dates of the next write. Reads the clock, so call it as late as possible.
   *
   * @throws Fault `unavailable` if the caller would have to wait too long
   */
  next(): WriteTimes;
  /** The endpoint that was read. Spans from a write that was not answered in time get a new date. */
  corrected(endpoint: Endpoint, times: WriteTimes): Endpoint;
  write(change: EndpointChange, times: WriteTimes, send: () => Promise<boolean>): Promise<Written>;
}

/** A change is answered or given up within this time. It is less than the timeout of the functions that make one. */
const MAX_CHANGE_MS = 18 * SECOND_MS;
const RETRY_BASE_MS = 50;

export function createDatedWrites(ports: DatingPorts): DatedWrites {
  const { clock, timer, random, lead, startedMs = clock.now() } = ports;
  let unansweredTimes = 0;
  /** The start times of spans whose writes were not answered in time. */
  const unconfirmed = new Set<string>();

  function unanswered(startsAt: string | undefined): 'unanswered' {
    unansweredTimes += 1;
    if (startsAt !== undefined) unconfirmed.add(startsAt);
    return 'unanswered';
  }

  return {
    next() {
      const nowMs = clock.now();
      const withinMs = lead.writeMs * 2 ** unansweredTimes;
      const aheadMs = nowMs + lead.clocksDifferMs + withinMs;
      if (aheadMs - startedMs > MAX_CHANGE_MS) throw new Fault(UNANSWERED);
      return { now: isoTime(nowMs), ahead: isoTime(aheadMs), withinMs };
    },

    corrected(endpoint, { ahead }) {
      const history = redated(endpoint.history, unconfirmed, ahead);
      return history === endpoint.history ? endpoint : { ...endpoint, history: [...history] };
    },

    async write(change, times, send) {
      const startsAt = futureStart(change, times);
      try {
        if (!(await send())) return 'refused';
        // Only a span that is dated ahead must arrive in time.
        const isInTime = startsAt === undefined || clock.now() - msOf(times.now) < times.withinMs;
        return isInTime ? 'written' : unanswered(startsAt);
      } catch (error) {
        if (!(error instanceof Fault && error.retryable)) throw error;
        await timer.sleep(RETRY_BASE_MS * 2 ** unansweredTimes * (0.5 + random.fraction()));
        return unanswered(startsAt);
      }
    },
  };
}

/** The future start time of the span that this change adds; undefined if it adds none. */
function futureStart({ previous, next }: EndpointChange, { now }: WriteTimes): string | undefined {
  const { from } = currentSpan(next);
  const isOwn = previous?.history.every((span) => span.from !== from) ?? true;
  return isOwn && from > now ? from : undefined;
}

const UNANSWERED = {
  code: 'unavailable',
  message: 'The result is unknown: the table did not confirm the change in time. Try again.',
  retryable: true,
} as const;

/** Waits until the newest settings are in force by this machine's clock. */
export async function untilInForce(
  { clock, timer }: Pick<DatingPorts, 'clock' | 'timer'>,
  endpoint: Endpoint,
): Promise<void> {
  const leftMs = msOf(currentSpan(endpoint).from) - clock.now();
  // A timer may fire a fraction of a millisecond early.
  if (leftMs > 0) await timer.sleep(leftMs + 1);
}
