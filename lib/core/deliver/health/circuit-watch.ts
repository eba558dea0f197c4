import { createBoundedCache } from '../../bounded-cache.ts';
import type { Clock } from '../../environment.ts';
import { SECOND_MS } from '../../time.ts';
import { type Circuit, HEALTHY, type Health, type HealthStore } from './circuit.ts';
import { type HealthEvent, isWorthWriting, nextHealth } from './circuit-breaker.ts';
import { NO_REQUESTS, type RequestCounts } from './request-counts.ts';

/** What one process has seen of a circuit. */
export interface Watched {
  health: Health;
  counts: RequestCounts;
  /** Whether this process holds the probe of an open breaker. */
  isProbing: boolean;
  writtenAtMs: number;
}

/** The stored health of circuits, as one process sees it and changes it. */
export interface CircuitWatch {
  now(): number;
  /** As of a few seconds ago at most. Callers that work side by side share a read. */
  look(circuit: Circuit): Promise<Watched>;
  /** As of now. */
  lookAfresh(circuit: Circuit): Promise<Watched>;
  /**
   * Writes what an event changes. False where somebody else wrote since this process looked: its view is old, and the
   * next look reads anew.
   */
  tell(circuit: Circuit, seen: Watched, event: HealthEvent): Promise<boolean>;
}

export interface CircuitWatchPorts {
  readonly health: HealthStore;
  readonly clock: Clock;
}

/** What one process believes of a circuit without looking again. */
const MAX_AGE_MS = 10 * SECOND_MS;
/** Circuits watched by one process. */
const MAX_WATCHED = 2_000;

export function createCircuitWatch({ health: store, clock }: CircuitWatchPorts): CircuitWatch {
  const watched = createBoundedCache<string, Watched>({ capacity: MAX_WATCHED });

  function lookAsOf(circuit: Circuit, notBeforeMs: number): Promise<Watched> {
    const name = nameOf(circuit);
    return watched.read(name, notBeforeMs, async () => {
      const asOfMs = clock.now();
      const health = (await store.read(circuit)) ?? HEALTHY;
      // A read that began later may have ended first: what it brought stands.
      const younger = watched.get(name, asOfMs + 1);
      return { value: younger ?? seenAgain(watched.get(name), health), asOfMs };
    });
  }

  return {
    now: () => clock.now(),
    look: (circuit) => lookAsOf(circuit, clock.now() - MAX_AGE_MS + 1),
    lookAfresh: (circuit) => lookAsOf(circuit, clock.now() + 1),
    async tell(circuit, seen, event) {
      const nowMs = clock.now();
      const { rev } = seen.health;
      const next = { ...nextHealth(seen.health, event, nowMs), rev };
      if (!isWorthWriting(seen.health, next, nowMs - seen.writtenAtMs)) {
        // Too small a change for a write; still, this process knows.
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

function seenAgain(known: Watched | undefined, health: Health): Watched {
  if (known === undefined) {
    return { health, counts: NO_REQUESTS, isProbing: false, writtenAtMs: Number.NEGATIVE_INFINITY };
  }
  // Somebody else has seen it answer: what this process counted before says nothing any more.
  const isAnswering = health.rev !== known.health.rev && health.breaker === 'closed';
  if (isAnswering) known.counts = { ...known.counts, failuresInARow: 0 };
  known.health = health;
  return known;
}
