import { OVERTAKEN, tryUnderRev } from '../../runtime/change-under-rev.ts';
import type { Reporter } from '../../runtime/environment.ts';
import type { Circuit, RequestFailure } from './circuit.ts';
import { type Admission, admission, isProbeDue } from './circuit-breaker.ts';
import {
  type CircuitView,
  type CircuitWatch,
  type CircuitWatchPorts,
  createCircuitWatch,
} from './circuit-watch.ts';
import { isLost } from './lost-endpoint.ts';
import { counted, isSlowNow, type RequestResult } from './request-counts.ts';

/** Endpoint health: deliver, relay and sweep query it; deliver reports results to it. */
export interface HealthMonitor {
  /** Whether a request may go out now. If the breaker is open and a probe is due, one caller gets `go`. */
  admit(circuit: Circuit): Promise<Admission>;
  /** Records how a request ended, and returns what that means for the endpoint. */
  observe(circuit: Circuit, result: RequestResult): Promise<Verdict>;
  /** Marks the circuit as slow while a request is still running: its duration so far is proof enough. */
  markSlow(circuit: Circuit): Promise<void>;
  /** Whether first attempts should keep out of the first lane. */
  isSlowOrOpen(circuit: Circuit): Promise<boolean>;
  isOpen(circuit: Circuit): Promise<boolean>;
}

interface Verdict {
  /** Whether the endpoint has failed, without a success, on so many days that it should be disabled. */
  readonly isLost: boolean;
}

/**
 * Creates the process's monitor. It counts requests in memory and writes only changes of health. Health is advisory: if
 * it cannot be read or written, requests go out as if the circuit were healthy, and the problem is reported.
 */
export function createHealthMonitor(
  ports: CircuitWatchPorts & { readonly reporter: Reporter },
): HealthMonitor {
  const watch = createCircuitWatch(ports);
  const orFallback = async <T>(asking: Promise<T>, fallback: T): Promise<T> => {
    try {
      return await asking;
    } catch (error) {
      ports.reporter.report({ event: 'health_unavailable', reason: String(error).slice(0, 300) });
      return fallback;
    }
  };
  return {
    admit: (circuit) => orFallback<Admission>(admit(watch, circuit), { kind: 'go' }),
    observe: (circuit, result) => orFallback(observe(watch, circuit, result), { isLost: false }),
    markSlow: (circuit) => orFallback(markSlow(watch, circuit), undefined),
    isSlowOrOpen: (circuit) => orFallback(isSlowOrOpen(watch, circuit), false),
    isOpen: (circuit) => orFallback(isOpen(watch, circuit), false),
  };
}

async function admit(watch: CircuitWatch, circuit: Circuit): Promise<Admission> {
  const nowMs = watch.now();
  const { health } = await watch.view(circuit);
  if (!isProbeDue(health, nowMs)) return admission(health, nowMs);
  const seen = await watch.freshView(circuit);
  if (!isProbeDue(seen.health, nowMs)) return admission(seen.health, nowMs);
  if (await watch.apply(circuit, seen, { kind: 'probe_claimed' })) {
    seen.isProbing = true;
    return { kind: 'go', isProbe: true };
  }
  return admission((await watch.freshView(circuit)).health, nowMs);
}

async function observe(watch: CircuitWatch, circuit: Circuit, result: RequestResult): Promise<Verdict> {
  const nowMs = watch.now();
  const seen = await watch.view(circuit);
  seen.counts = counted(seen.counts, result, nowMs);
  if (result.isDelivered) await recordSuccess(watch, circuit, seen);
  else await recordFailure(watch, circuit, { seen, failure: result.failure });
  seen.isProbing = false;
  if (result.isDelivered || !isLost(seen.health, nowMs)) return { isLost: false };
  // Another process may have recorded a success since this view was read. Never disable an endpoint on a stale view.
  return { isLost: isLost((await watch.freshView(circuit)).health, nowMs) };
}

/** Tries to write a success: another process's late failure must not overwrite it. */
const MAX_SUCCESS_TRIES = 3;

async function recordSuccess(watch: CircuitWatch, circuit: Circuit, first: CircuitView): Promise<void> {
  let seen = first;
  await tryUnderRev(async () => {
    const isSlow = isSlowNow(seen.counts, seen.health.slow);
    if (await watch.apply(circuit, seen, { kind: 'succeeded', isSlow })) return 'written';
    seen = await watch.freshView(circuit);
    return OVERTAKEN;
  }, MAX_SUCCESS_TRIES);
}

/** Tries once: a failure that was overtaken may be lost. */
async function recordFailure(
  watch: CircuitWatch,
  circuit: Circuit,
  { seen, failure }: { readonly seen: CircuitView; readonly failure: RequestFailure | undefined },
): Promise<void> {
  const { counts, isProbing: isProbe } = seen;
  const isSlow = isSlowNow(counts, seen.health.slow);
  await watch.apply(circuit, seen, {
    kind: 'failed',
    isSlow,
    counts,
    isProbe,
    ...(failure !== undefined && { failure }),
  });
}

async function markSlow(watch: CircuitWatch, circuit: Circuit): Promise<void> {
  // One try is enough: the process that overtook this one calls the same circuit and measures its slowness itself.
  await watch.apply(circuit, await watch.view(circuit), { kind: 'slow_noticed' });
}

async function isSlowOrOpen(watch: CircuitWatch, circuit: Circuit): Promise<boolean> {
  const { health } = await watch.view(circuit);
  return health.slow || health.breaker !== 'closed';
}

async function isOpen(watch: CircuitWatch, circuit: Circuit): Promise<boolean> {
  return (await watch.view(circuit)).health.breaker !== 'closed';
}
