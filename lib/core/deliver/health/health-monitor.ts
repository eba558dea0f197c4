import { OVERTAKEN, tryUnderRev } from '../../change-under-rev.ts';
import type { Reporter } from '../../environment.ts';
import type { Circuit } from './circuit.ts';
import { type Admission, admission, isProbeDue } from './circuit-breaker.ts';
import {
  type CircuitWatch,
  type CircuitWatchPorts,
  createCircuitWatch,
  type Watched,
} from './circuit-watch.ts';
import { isLost } from './lost-endpoint.ts';
import { counted, isSlowNow, type RequestResult } from './request-counts.ts';

/** What deliver, relay and sweep ask about the health of what they call, and what deliver reports of it. */
export interface HealthMonitor {
  /** Whether a request may go out now. Of an open breaker that is due for a probe, one caller may. */
  admit(circuit: Circuit): Promise<Admission>;
  /** Learns how a request ended, and says what that means for the endpoint. */
  observe(circuit: Circuit, result: RequestResult): Promise<Verdict>;
  /** A request has taken so long already that its end need not be awaited to know: it is slow. */
  noticeSlow(circuit: Circuit): Promise<void>;
  /** Whether first attempts should keep out of the first lane. */
  isSlowOrOpen(circuit: Circuit): Promise<boolean>;
  isOpen(circuit: Circuit): Promise<boolean>;
}

interface Verdict {
  /** Nothing but failures came on so many days that the endpoint should be disabled. */
  readonly isLost: boolean;
}

/**
 * One per process: requests are counted here, and only changes of health are written. Health is advice: where it cannot
 * be read or written, requests go out as if all were well, and the trouble is reported.
 */
export function createHealthMonitor(
  ports: CircuitWatchPorts & { readonly reporter: Reporter },
): HealthMonitor {
  const watch = createCircuitWatch(ports);
  const advised = async <T>(asking: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await asking;
    } catch (error) {
      ports.reporter.report({ event: 'health_unavailable', reason: String(error).slice(0, 300) });
      return otherwise;
    }
  };
  return {
    admit: (circuit) => advised<Admission>(admit(watch, circuit), { kind: 'go' }),
    observe: (circuit, result) => advised(observe(watch, circuit, result), { isLost: false }),
    noticeSlow: (circuit) => advised(noticeSlow(watch, circuit), undefined),
    isSlowOrOpen: (circuit) => advised(isSlowOrOpen(watch, circuit), false),
    isOpen: (circuit) => advised(isOpen(watch, circuit), false),
  };
}

async function admit(watch: CircuitWatch, circuit: Circuit): Promise<Admission> {
  const nowMs = watch.now();
  const { health } = await watch.look(circuit);
  if (!isProbeDue(health, nowMs)) return admission(health, nowMs);
  const seen = await watch.lookAfresh(circuit);
  if (!isProbeDue(seen.health, nowMs)) return admission(seen.health, nowMs);
  if (await watch.tell(circuit, seen, { kind: 'probe_claimed' })) {
    seen.isProbing = true;
    return { kind: 'go' };
  }
  return admission((await watch.lookAfresh(circuit)).health, nowMs);
}

async function observe(watch: CircuitWatch, circuit: Circuit, result: RequestResult): Promise<Verdict> {
  const nowMs = watch.now();
  const seen = await watch.look(circuit);
  seen.counts = counted(seen.counts, result, nowMs);
  if (result.isDelivered) await tellSuccess(watch, circuit, seen);
  else await tellFailure(watch, circuit, seen);
  seen.isProbing = false;
  if (result.isDelivered || !isLost(seen.health, nowMs)) return { isLost: false };
  // Others may have had an answer since this process looked, and nobody is given up by an old view.
  return { isLost: isLost((await watch.lookAfresh(circuit)).health, nowMs) };
}

/** Tries to write what a success says: it must not be lost to somebody's late failure. */
const MAX_SUCCESS_TRIES = 3;

async function tellSuccess(watch: CircuitWatch, circuit: Circuit, first: Watched): Promise<void> {
  let seen = first;
  await tryUnderRev(async () => {
    const isSlow = isSlowNow(seen.counts, seen.health.slow);
    if (await watch.tell(circuit, seen, { kind: 'succeeded', isSlow })) return 'told';
    seen = await watch.lookAfresh(circuit);
    return OVERTAKEN;
  }, MAX_SUCCESS_TRIES);
}

/** One try: a failure that is overtaken may be lost. */
async function tellFailure(watch: CircuitWatch, circuit: Circuit, seen: Watched): Promise<void> {
  const { counts, isProbing: isProbe } = seen;
  const isSlow = isSlowNow(counts, seen.health.slow);
  await watch.tell(circuit, seen, { kind: 'failed', isSlow, counts, isProbe });
}

async function noticeSlow(watch: CircuitWatch, circuit: Circuit): Promise<void> {
  // One that is overtaken is not alone in having noticed.
  await watch.tell(circuit, await watch.look(circuit), { kind: 'slow_noticed' });
}

async function isSlowOrOpen(watch: CircuitWatch, circuit: Circuit): Promise<boolean> {
  const { health } = await watch.look(circuit);
  return health.slow || health.breaker !== 'closed';
}

async function isOpen(watch: CircuitWatch, circuit: Circuit): Promise<boolean> {
  return (await watch.look(circuit)).health.breaker !== 'closed';
}
