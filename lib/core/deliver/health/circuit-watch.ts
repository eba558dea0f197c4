import { createBoundedCache } from '../../runtime/bounded-cache.ts';
import type { Clock } from '../../runtime/environment.ts';
import { SECOND_MS } from '../../time.ts';
import { type Circuit, HEALTHY, type Health, type HealthStore } from './circuit.ts';
import { type HealthEvent, isWorthWriting, nextHealth } from './circuit-breaker.ts';
import { NO_REQUESTS, type RequestCounts } from './request-counts.ts';

/** One process's view of a circuit. */
export interface CircuitView {
  health: Health;
  counts: RequestCounts;
  /** Whether this process holds the probe of an open breaker. */
  isProbing: boolean;
  writtenAtMs: number;
}

/** Reads, caches and updates the stored health of circuits for one process. */
export interface CircuitWatch {
  now(): number;
  /** Returns a view at most {@link MAX_AGE_MS} old. Concurrent callers share a read. */
  view(circuit: Circuit): Promise<CircuitView>;
  /** Returns a view that is read now. */
  freshView(circuit: Circuit): Promise<CircuitView>;
  /**
   * Writes the change that an event makes. False if another process wrote since this view was read: the view is then stale,
   * and the next call of `view` reads again.
   */
  apply(circuit: Circuit, seen: CircuitView, event: HealthEvent): Promise<boolean>;
}

export interface CircuitWatchPorts {
  readonly health: HealthStore;
  readonly clock: Clock;
}

/** How old a cached view may be. */
const MAX_AGE_MS = 10 * SECOND_MS;
/** Maximum number of circuits that one process caches. */
const MAX_WATCHED = 2_000;

export function createCircuitWatch({ health: store, clock }: CircuitWatchPorts): CircuitWatch {
  const watched = createBoundedCache<string, CircuitView>({ capacity: MAX_WATCHED });

  function viewAsOf(circuit: Circuit, notBeforeMs: number): Promise<CircuitView> {
    const name = nameOf(circuit);
    return watched.read(name, notBeforeMs, async () => {
      const asOfMs = clock.now();
      const health = (await store.read(circuit)) ?? HEALTHY;
      // A read that began later may have ended first; its result wins.
      const younger = watched.get(name, asOfMs + 1);
      return { value: younger ?? refreshed(watched.get(name), health), asOfMs };
    });
  }

  return {
    now: () => clock.now(),
    view: (circuit) => viewAsOf(circuit, clock.now() - MAX_AGE_MS + 1),
    freshView: (circuit) => viewAsOf(circuit, clock.now() + 1),
    async apply(circuit, seen, event) {
      const nowMs = clock.now();
      const { rev } = seen.health;
      const next = { ...nextHealth(seen.health, event, nowMs), rev };
      if (!isWorthWriting(seen.health, next, nowMs - seen.writtenAtMs)) {
        // Not worth a write, but this process remembers it.
        if (event.kind === 'slow_noticed') seen.health = next;
        return true;
      }
      const isWritten = await store.save(circuit, { ...next, rev: rev + 1 }, rev);
      seen.writtenAtMs = clock.now();
      if (isWritten) seen.health = { ...next, rev: rev + 1 };
      else watched.expire(nameOf(circuit));
      return isWritten;
    },
  };
}

function nameOf({ merchantId, circuitId }: Circuit): string {
  return `${merchantId} ${circuitId}`;
}

function refreshed(known: CircuitView | undefined, health: Health): CircuitView {
  if (known === undefined) {
    return { health, counts: NO_REQUESTS, isProbing: false, writtenAtMs: Number.NEGATIVE_INFINITY };
  }
  // Another process has seen the endpoint answer, so the failures counted here no longer apply.
  const isAnswering = health.rev !== known.health.rev && health.breaker === 'closed';
  if (isAnswering) known.counts = { ...known.counts, failuresInARow: 0 };
  known.health = health;
  return known;
}
