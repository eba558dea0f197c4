import type { MemoryStores } from '../../../lib/adapters/memory/memory-stores.ts';
import { auditPartitions } from '../../../lib/core/bookkeeping/audit.ts';
import { closePartitions } from '../../../lib/core/bookkeeping/close.ts';
import { handleCheckMessage } from '../../../lib/core/check-back/check-messages.ts';
import type { Exchange, Sender } from '../../../lib/core/deliver/attempt/sender.ts';
import { withRetryPause } from '../../../lib/core/deliver/coming-back.ts';
import type { Dispatcher } from '../../../lib/core/deliver/dispatcher.ts';
import { createHealthMonitor, type HealthMonitor } from '../../../lib/core/deliver/health/health-monitor.ts';
import { handleMessage } from '../../../lib/core/deliver/messages.ts';
import { createRateLimiter, type RateLimiter } from '../../../lib/core/deliver/rate/rate-limiter.ts';
import { runJobs } from '../../../lib/core/deliver/redelivery/run-jobs.ts';
import { sweepPartition } from '../../../lib/core/deliver/sweep.ts';
import type { ServiceEvent } from '../../../lib/core/events.ts';
import type { AuditTrail } from '../../../lib/core/merchants/audit-log/audit-trail.ts';
import { type ConfigCache, createConfigCache } from '../../../lib/core/merchants/config-cache.ts';
import { LEAD } from '../../../lib/core/merchants/dated-writes.ts';
import { forEachPartition } from '../../../lib/core/partitions.ts';
import type { Clock, Random } from '../../../lib/core/runtime/environment.ts';
import { isoTime, MINUTE_MS, SECOND_MS } from '../../../lib/core/time.ts';
import { type CALLER_KILLED, type Invocation, through } from '../storm/chaos.ts';
import type { VirtualTime } from '../storm/virtual-time.ts';
import { type Queued, VISIBILITY_MS } from './simulated-lanes.ts';

/** The real use cases, wired as the functions wire them, each invocation through its own storm. */

/** Functions by name, with their time-outs as the stack sets them. */
export const TIMEOUT_MS = {
  record: 20 * SECOND_MS,
  admin: 20 * SECOND_MS,
  query: 20 * SECOND_MS,
  relay: MINUTE_MS,
  count: MINUTE_MS,
  deliver: MINUTE_MS,
  check: MINUTE_MS,
  sweep: 5 * MINUTE_MS,
  close: 5 * MINUTE_MS,
  audit: 5 * MINUTE_MS,
};
export type FunctionName = keyof typeof TIMEOUT_MS;

export type TimedEvent = ServiceEvent & { readonly atMs: number };

export interface World {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly stores: MemoryStores;
  readonly dispatcher: Dispatcher;
  readonly events: TimedEvent[];
  readonly deadLetters: string[];
  readonly windowSeconds: number;
  readonly send: (...args: Parameters<Sender['send']>) => Promise<Exchange | typeof CALLER_KILLED>;
}

export const FEED_LAG_SECONDS = 30;
const AUDIT_AFTER_SECONDS = 900;
const RETENTION_DAYS = 90;

/** The state that a container keeps between invocations. A crash loses it. */
export class Container {
  readonly configs: ConfigCache;
  readonly health: HealthMonitor;
  readonly limiter: RateLimiter;
  /** Reports an event. A function that has died reports nothing. */
  readonly reporter: { readonly report: (event: ServiceEvent) => void };
  readonly #world: World;
  readonly #clock: Clock;
  #invocation: Invocation | undefined;

  /** @param clockOffMs milliseconds by which its clock is ahead */
  constructor(world: World, clockOffMs: number) {
    this.#world = world;
    this.#clock = { now: () => world.time.now + clockOffMs };
    const { time, stores } = world;
    const stormy = <T extends object>(port: T) => through(port, () => this.#current());
    this.reporter = {
      report: (event) => {
        if (!this.#current().isDead) world.events.push({ ...event, atMs: time.now });
      },
    };
    this.configs = createConfigCache(stormy(stores.merchants));
    this.limiter = createRateLimiter({
      slots: stormy(stores.slots),
      clock: this.#clock,
      timer: { sleep: (ms) => time.sleep(ms) },
      random: world.random,
    });
    this.health = createHealthMonitor({
      health: stormy(stores.health),
      clock: this.#clock,
      reporter: this.reporter,
    });
  }

  #current(): Invocation {
    if (this.#invocation === undefined) throw new Error('Nothing runs in this container.');
    return this.#invocation;
  }

  /** All ports of all use cases, with the invocation's faults injected at each call. */
  portsFor(invocation: Invocation) {
    this.#invocation = invocation;
    const { stores, time, random, dispatcher, deadLetters, send, windowSeconds } = this.#world;
    const stormy = <T extends object>(port: T) => through(port, () => invocation);
    return {
      // Waiting for a turn is no call to a service.
      outcomes: { ...stormy(stores.outcomes), inTurn: stores.outcomes.inTurn },
      notifications: stormy(stores.notifications),
      alerts: stormy(stores.alerts),
      slots: stormy(stores.slots),
      limiter: this.limiter,
      gate: stormy(stores.gate),
      checks: stormy(stores.checks),
      dueIndex: stormy(stores.dueIndex),
      counts: stormy(stores.counts),
      signingSecret: { value: async () => 'a secret that was generated when it was deployed' },
      checkHorizonSeconds: 3_600,
      merchants: stormy(stores.merchants),
      directory: stormy(stores.directory),
      feed: stormy(stores.feed),
      windows: stormy(stores.windows),
      expectations: stormy(stores.expectations),
      glance: stormy(stores.glance),
      jobs: stormy(stores.jobs),
      keys: stormy(stores.keys),
      erasures: stormy(stores.erasures),
      merchantFiles: { removeSome: async () => 0 },
      rows: stormy(stores.rows),
      parking: stormy(stores.parking),
      dispatcher: stormy(dispatcher),
      sender: stormy({ send }) as Sender,
      visibility: stormy({
        change: async (queued: Queued, seconds: number) => {
          queued.hiddenMs = seconds * SECOND_MS;
        },
      }),
      longestPauseSeconds: VISIBILITY_MS / SECOND_MS,
      deadLetters: stormy({ add: async ({ body }: { body: string }) => void deadLetters.push(body) }),
      configs: this.configs,
      health: this.health,
      reporter: this.reporter,
      seal: { seal: async (secret: string) => secret, open: async (sealed: string) => sealed },
      clock: this.#clock,
      clockTrust: { assertTrusted: () => undefined },
      timer: { sleep: (ms: number) => time.sleep(ms) },
      lead: LEAD,
      trail: trailOf(time),
      random,
      callbackPolicy: { allowedPorts: [443], allowLoopback: false },
      feedLagSeconds: FEED_LAG_SECONDS,
      windowSeconds,
      auditAfterSeconds: AUDIT_AFTER_SECONDS,
      retentionDays: RETENTION_DAYS,
    };
  }
}

/** Draws no random numbers, so that the log changes no story. */
function trailOf(time: VirtualTime): AuditTrail {
  const by = 'operator';
  return { by, entry: (happened) => ({ entryId: 'entry', at: isoTime(time.now), by, ...happened }) };
}

export type Ports = ReturnType<Container['portsFor']>;

/** Handles a batch of one lane. Resolves to the messages that failed. */
export async function runDeliver(ports: Ports, batch: readonly Queued[]): Promise<readonly Queued[]> {
  const results = await Promise.allSettled(
    batch.map((queued, index) => {
      const { body, lane, receivedTimes } = queued;
      const message = { messageId: String(index), body, receivedTimes };
      const hide = (seconds: number) => ports.visibility.change(queued, seconds);
      return withRetryPause(ports, { receivedTimes, hide }, () =>
        lane === 'check' ? handleCheckMessage(ports, message) : handleMessage(ports, { ...message, lane }),
      );
    }),
  );
  return batch.filter((_, index) => results[index]?.status === 'rejected');
}

/** Runs the sweep: sends what is due and was not sent. */
export async function runSweep(ports: Ports): Promise<void> {
  await forEachPartition((partition) => sweepPartition(ports, { partition, deadlineMs: deadlineOf(ports) }));
}

export function runRedeliveries(ports: Ports): Promise<void> {
  return runJobs(ports, deadlineOf(ports));
}

export async function runClose(ports: Ports): Promise<void> {
  const deadlineMs = deadlineOf(ports);
  await closePartitions(ports, { deadlineMs });
}

export async function runAudit(ports: Ports): Promise<void> {
  const deadlineMs = deadlineOf(ports);
  await auditPartitions(ports, { deadlineMs });
}

/** The deadline that functions set: they start nothing new a minute before their time-out. */
function deadlineOf({ clock }: Ports): number {
  return clock.now() + 4 * MINUTE_MS;
}
