import * as z from 'zod';
import type { Clock, Reporter } from '../../environment.ts';
import type { MerchantId } from '../../model.ts';
import { storedTime, storedWord } from '../../stored.ts';
import { isoTime, MINUTE_MS, msOf, SECOND_MS } from '../../time.ts';
import { MAX_QUEUE_WAIT_MS } from '../../waiting.ts';
import { failedAgain, isLost } from './lost-endpoint.ts';

/** The health of what is called. */
export interface HealthStore {
  read(circuit: Circuit): Promise<Health | undefined>;
  /** False where somebody else wrote since `expectedRev` (no item: 0). */
  save(circuit: Circuit, health: Health, expectedRev: number): Promise<boolean>;
}

/**
 * The health of what is called: an endpoint, or the host of transactions' own callback URLs. A breaker keeps
 * requests from what is surely dead, and lets one through now and then to find out.
 */
export interface Circuit {
  readonly merchantId: MerchantId;
  /** The endpoint's id, or `host:` and the host. */
  readonly circuitId: string;
}

export const healthSchema = z.object({
  /** What this version does not know is not closed. */
  breaker: storedWord<'closed' | 'open' | 'half-open'>(),
  /** First failure since the last success. */
  failingSince: storedTime.exactOptional(),
  /** Days since then on which attempts failed; see `failing.ts`. */
  failedDays: z.array(z.number().int().nonnegative()).exactOptional(),
  openedAt: storedTime.exactOptional(),
  /** Of an open breaker: when one request may go out; of a half-open one: until when it may take. */
  probeAt: storedTime.exactOptional(),
  /** Answers take long: first attempts go to the retry lane, where they hold up no first attempts. */
  slow: z.boolean(),
  rev: z.number().int().nonnegative(),
});
export type Health = z.infer<typeof healthSchema>;

const HEALTHY: Health = { breaker: 'closed', slow: false, rev: 0 };

/** Failures in a row after which a breaker opens, if they took at least {@link OPEN_AFTER_MS}. */
const OPEN_AFTER_FAILURES = 20;
const OPEN_AFTER_MS = MINUTE_MS;
/** Time between probes: half of how long the breaker has been open, within these bounds. */
const MIN_PROBE_MS = 30 * SECOND_MS;
const MAX_PROBE_MS = MAX_QUEUE_WAIT_MS;
/** A probe that has not ended by then is taken for dead with its function. */
const PROBE_TIMEOUT_MS = 2 * MINUTE_MS;
/** An endpoint is slow above the first, until its answers are quicker than the second. */
export const SLOW_MS = 2_000;
const QUICK_MS = 1_000;
/** Weight of the latest answer in the mean duration. */
const LATEST_WEIGHT = 0.5;
/** What one process believes of a circuit without looking again. */
const CACHE_MS = 10 * SECOND_MS;
/** One process writes what is no change of the breaker at most so often. */
const WRITE_EVERY_MS = MINUTE_MS;
/** Tries to write what a success says. */
const MAX_WRITE_TRIES = 3;
/** Circuits watched by one process; beyond it the oldest is forgotten. */
const MAX_WATCHED = 2_000;

export type Admission =
  | { readonly kind: 'go' }
  /** Not before `probeAtMs`; `openedAtMs` tells how long it has been dead. */
  | { readonly kind: 'defer'; readonly probeAtMs: number; readonly openedAtMs: number };

export interface HealthMonitor {
  /** Whether a request may go out now. Of an open breaker that is due for a probe, one caller may. */
  admit(circuit: Circuit): Promise<Admission>;
  /** Learns how a request ended. Says whether nothing but failures came on so many days that it should be disabled. */
  observe(
    circuit: Circuit,
    result: { readonly isDelivered: boolean; readonly durationMs: number },
  ): Promise<{ readonly isLost: boolean }>;
  /** A request has taken so long already that its end need not be awaited to know: it is slow. */
  noticeSlow(circuit: Circuit): Promise<void>;
  /** Whether first attempts should keep out of the first lane. */
  isSlowOrOpen(circuit: Circuit): Promise<boolean>;
  isOpen(circuit: Circuit): Promise<boolean>;
}

/** What one process has seen of a circuit. */
interface Watched {
  health: Health;
  readAtMs: number;
  failuresInARow: number;
  firstFailureMs: number;
  meanMs: number | undefined;
  writtenAtMs: number;
  /** Whether this process holds the probe of an open breaker. */
  isProbing: boolean;
}

/**
 * One per process: counts are kept here, and only changes are written. Health is advice: where it cannot be read
 * or written, requests go out as if all were well, and the trouble is reported.
 */
export function createHealthMonitor(ports: {
  readonly health: HealthStore;
  readonly clock: Clock;
  readonly reporter: Reporter;
}): HealthMonitor {
  const monitor = createMonitor(ports);
  const advised = async <T>(asking: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await asking;
    } catch (error) {
      ports.reporter.report({ event: 'health_unavailable', reason: String(error).slice(0, 300) });
      return otherwise;
    }
  };
  return {
    admit: (circuit) => advised<Admission>(monitor.admit(circuit), { kind: 'go' }),
    observe: (circuit, result) => advised(monitor.observe(circuit, result), { isLost: false }),
    noticeSlow: (circuit) => advised(monitor.noticeSlow(circuit), undefined),
    isSlowOrOpen: (circuit) => advised(monitor.isSlowOrOpen(circuit), false),
    isOpen: (circuit) => advised(monitor.isOpen(circuit), false),
  };
}

function createMonitor(ports: { readonly health: HealthStore; readonly clock: Clock }): HealthMonitor {
  const watched = new Map<string, Watched>();
  const underWay = new Map<string, Promise<Watched>>();

  /** Callers that work side by side share a read that is under way, unless they want to know it as of now. */
  async function look(circuit: Circuit, maxAgeMs = CACHE_MS): Promise<Watched> {
    const name = `${circuit.merchantId} ${circuit.circuitId}`;
    const seen = watched.get(name);
    if (seen !== undefined && ports.clock.now() - seen.readAtMs < maxAgeMs) return seen;
    const others = maxAgeMs > 0 ? underWay.get(name) : undefined;
    if (others !== undefined) return others;
    const own = read(circuit, name);
    underWay.set(name, own);
    try {
      return await own;
    } finally {
      if (underWay.get(name) === own) underWay.delete(name);
    }
  }

  async function read(circuit: Circuit, name: string): Promise<Watched> {
    const nowMs = ports.clock.now();
    const health = (await ports.health.read(circuit)) ?? HEALTHY;
    const seen = watched.get(name) ?? {
      health,
      readAtMs: nowMs,
      failuresInARow: 0,
      firstFailureMs: nowMs,
      meanMs: undefined,
      writtenAtMs: Number.NEGATIVE_INFINITY,
      isProbing: false,
    };
    // Somebody else has seen it answer: what this process counted before says nothing any more.
    if (health.rev !== seen.health.rev && health.breaker === 'closed') seen.failuresInARow = 0;
    seen.health = health;
    seen.readAtMs = nowMs;
    watched.delete(name);
    watched.set(name, seen);
    for (const oldest of watched.keys()) {
      if (watched.size <= MAX_WATCHED) break;
      watched.delete(oldest);
    }
    return seen;
  }

  /** Whoever loses has an old view, and looks again at the next request. */
  async function write(circuit: Circuit, seen: Watched, next: Omit<Health, 'rev'>): Promise<boolean> {
    const health = { ...next, rev: seen.health.rev + 1 };
    const isWritten = await ports.health.save(circuit, health, seen.health.rev);
    seen.writtenAtMs = ports.clock.now();
    if (isWritten) seen.health = health;
    else seen.readAtMs = Number.NEGATIVE_INFINITY;
    return isWritten;
  }

  return {
    async admit(circuit) {
      const nowMs = ports.clock.now();
      let seen = await look(circuit);
      if (seen.health.breaker === 'closed') return { kind: 'go' };
      if (nowMs >= probeAtMs(seen.health, nowMs)) {
        seen = await look(circuit, 0);
        if (seen.health.breaker === 'closed') return { kind: 'go' };
        const isDue = nowMs >= probeAtMs(seen.health, nowMs);
        const claim = {
          ...seen.health,
          breaker: 'half-open',
          probeAt: isoTime(nowMs + PROBE_TIMEOUT_MS),
        } as const;
        if (isDue && (await write(circuit, seen, claim))) {
          seen.isProbing = true;
          return { kind: 'go' };
        }
        seen = await look(circuit, 0);
        if (seen.health.breaker === 'closed') return { kind: 'go' };
      }
      return {
        kind: 'defer',
        probeAtMs: Math.max(probeAtMs(seen.health, nowMs), nowMs),
        openedAtMs: seen.health.openedAt === undefined ? nowMs : msOf(seen.health.openedAt),
      };
    },

    async observe(circuit, { isDelivered, durationMs }) {
      const nowMs = ports.clock.now();
      const seen = await look(circuit);
      seen.meanMs =
        seen.meanMs === undefined
          ? durationMs
          : durationMs * LATEST_WEIGHT + seen.meanMs * (1 - LATEST_WEIGHT);
      if (isDelivered) seen.failuresInARow = 0;
      else if (seen.failuresInARow++ === 0) seen.firstFailureMs = nowMs;
      for (let tries = 1; tries <= MAX_WRITE_TRIES; tries += 1) {
        const next = isDelivered ? afterSuccess(seen) : afterFailure(seen, nowMs);
        if (!isWorthWriting(seen, next, nowMs) || (await write(circuit, seen, next))) break;
        // A success must not be lost to somebody's late failure; a failure may be.
        if (!isDelivered) break;
        await look(circuit, 0);
      }
      seen.isProbing = false;
      if (isDelivered || !isLost(seen.health, nowMs)) return { isLost: false };
      // Others may have had an answer since this process looked, and nobody is given up by an old view.
      return { isLost: isLost((await look(circuit, 0)).health, nowMs) };
    },

    async noticeSlow(circuit) {
      const nowMs = ports.clock.now();
      const seen = await look(circuit);
      const next = { ...withoutRev(seen.health), slow: true };
      // Whoever loses is not alone in having noticed. What is not worth a write is still known in this process.
      if (isWorthWriting(seen, next, nowMs)) await write(circuit, seen, next);
      else seen.health = { ...next, rev: seen.health.rev };
    },

    async isSlowOrOpen(circuit) {
      const { health } = await look(circuit);
      return health.slow || health.breaker !== 'closed';
    },

    async isOpen(circuit) {
      return (await look(circuit)).health.breaker !== 'closed';
    },
  };
}

function probeAtMs(health: Health, nowMs: number): number {
  return health.probeAt === undefined ? nowMs : msOf(health.probeAt);
}

function afterSuccess(seen: Watched): Omit<Health, 'rev'> {
  return { breaker: 'closed', slow: isSlow(seen) };
}

function afterFailure(seen: Watched, nowMs: number): Omit<Health, 'rev'> {
  const { health } = seen;
  const { failingSince, failedDays } = failedAgain(health, nowMs);
  const failing = { slow: isSlow(seen), failingSince, failedDays: [...failedDays] };
  if (health.breaker !== 'closed') {
    // A request that went out before the breaker opened says nothing of the probe that somebody else holds.
    if (!seen.isProbing) return withoutRev(health);
    const openedAt = health.openedAt ?? isoTime(nowMs);
    const pauseMs = Math.min(Math.max((nowMs - msOf(openedAt)) / 2, MIN_PROBE_MS), MAX_PROBE_MS);
    return { ...failing, breaker: 'open', openedAt, probeAt: isoTime(nowMs + pauseMs) };
  }
  const isDead = seen.failuresInARow >= OPEN_AFTER_FAILURES && nowMs - seen.firstFailureMs >= OPEN_AFTER_MS;
  if (!isDead) return { ...failing, breaker: 'closed' };
  return { ...failing, breaker: 'open', openedAt: isoTime(nowMs), probeAt: isoTime(nowMs + MIN_PROBE_MS) };
}

function withoutRev({ rev: _rev, ...rest }: Health): Omit<Health, 'rev'> {
  return rest;
}

function isSlow(seen: Watched): boolean {
  const meanMs = seen.meanMs ?? 0;
  return seen.health.slow ? meanMs >= QUICK_MS : meanMs > SLOW_MS;
}

/**
 * A change of the breaker at once, and the end of a failing time too, or a later failure would seem to continue
 * it; there are no more ends than beginnings. Of the rest, a change at most once a minute.
 */
function isWorthWriting(seen: Watched, next: Omit<Health, 'rev'>, nowMs: number): boolean {
  const { health } = seen;
  if (next.breaker !== health.breaker || next.probeAt !== health.probeAt) return true;
  if (next.failingSince === undefined && health.failingSince !== undefined) return true;
  const isChanged =
    next.slow !== health.slow ||
    next.failingSince !== health.failingSince ||
    next.failedDays?.length !== health.failedDays?.length;
  return isChanged && nowMs - seen.writtenAtMs >= WRITE_EVERY_MS;
}
