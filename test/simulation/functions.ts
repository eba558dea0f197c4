import type { MemoryStores } from '../../lib/adapters/memory/stores.ts';
import { auditPartition } from '../../lib/core/audit.ts';
import { closePartition } from '../../lib/core/close.ts';
import { createConfigCache } from '../../lib/core/config-cache.ts';
import type { ServiceEvent } from '../../lib/core/events.ts';
import { createHealthMonitor } from '../../lib/core/health.ts';
import { handleCheckMessage, handleMessage } from '../../lib/core/messages.ts';
import { forEachPartition } from '../../lib/core/partitions.ts';
import type { Dispatcher, Random, Sender } from '../../lib/core/ports.ts';
import { runJobs } from '../../lib/core/redelivery.ts';
import { relay, type StreamedOutcome } from '../../lib/core/relay.ts';
import { sweepPartition } from '../../lib/core/sweep.ts';
import type { Invocation } from './chaos.ts';
import type { Queued } from './lanes.ts';
import type { VirtualTime } from './virtual-time.ts';

/** The real use cases, wired as the functions wire them, each invocation through its own storm. */

export interface World {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly stores: MemoryStores;
  readonly dispatcher: Dispatcher;
  readonly events: ServiceEvent[];
  readonly deadLetters: string[];
  readonly send: Sender['send'];
}

export const FEED_LAG_SECONDS = 30;
export const WINDOW_SECONDS = 300;
const RETENTION_DAYS = 90;
/** A run's deadline is well before its function's time-out. */
const RUN_MS = 200_000;

/** What a container keeps between invocations; it is lost with a crash. */
export function openContainer(world: World) {
  const clock = { now: () => world.time.now };
  return {
    configs: createConfigCache(world.stores.merchants),
    health: createHealthMonitor({
      health: world.stores.health,
      clock,
      reporter: { report: (event) => void world.events.push(event) },
    }),
  };
}
export type Container = ReturnType<typeof openContainer>;

/** Every port of every use case, each call through the invocation's weather. */
export function portsOf(world: World, container: Container, invocation: Invocation) {
  const { stores, time, random } = world;
  const through = <T extends object>(port: T) => invocation.through(port);
  return {
    outcomes: through(stores.outcomes),
    notifications: through(stores.notifications),
    checks: through(stores.checks),
    dueIndex: through(stores.dueIndex),
    signingSecret: { value: async () => 'a secret that was generated when it was deployed' },
    checkHorizonSeconds: 3_600,
    merchants: through(stores.merchants),
    directory: through(stores.directory),
    feed: through(stores.feed),
    windows: through(stores.windows),
    jobs: through(stores.jobs),
    parking: through(stores.parking),
    configs: through(container.configs),
    health: through(container.health),
    dispatcher: through(world.dispatcher),
    sender: through({ send: world.send }),
    deadLetters: through({ add: async ({ body }: { body: string }) => void world.deadLetters.push(body) }),
    seal: { seal: async (secret: string) => secret, open: async (sealed: string) => sealed },
    clock: { now: () => time.now },
    clockTrust: { assertTrusted: () => undefined },
    timer: { sleep: (ms: number) => time.sleep(ms) },
    random,
    // Telling operators is the last thing a function does: the dead tell nobody.
    reporter: {
      report: (event: ServiceEvent) => {
        if (!invocation.isDead) world.events.push(event);
      },
    },
    callbackPolicy: { allowedPorts: [443], allowLoopback: false },
    feedLagSeconds: FEED_LAG_SECONDS,
    windowSeconds: WINDOW_SECONDS,
    auditAfterSeconds: 900,
    retentionDays: RETENTION_DAYS,
  };
}
export type Ports = ReturnType<typeof portsOf>;

/** A batch of one lane; resolves with the messages that failed. */
export async function runDeliver(ports: Ports, batch: readonly Queued[]): Promise<readonly Queued[]> {
  const results = await Promise.allSettled(
    batch.map(({ body, lane, receivedTimes }, index) => {
      const message = { messageId: String(index), body, receivedTimes };
      return lane === 'check'
        ? handleCheckMessage(ports, message)
        : handleMessage(ports, { ...message, lane });
    }),
  );
  return batch.filter((_, index) => results[index]?.status === 'rejected');
}

export function runRelay(ports: Ports, records: readonly StreamedOutcome[]): Promise<void> {
  return relay(ports, records);
}

export async function runSweep(ports: Ports): Promise<void> {
  await forEachPartition((partition) =>
    sweepPartition(ports, { partition, deadlineMs: ports.clock.now() + RUN_MS }),
  );
  await runJobs(ports, ports.clock.now() + RUN_MS);
}

export async function runClose(ports: Ports): Promise<void> {
  await forEachPartition((partition) =>
    closePartition(ports, { partition, deadlineMs: ports.clock.now() + RUN_MS }),
  );
}

export async function runAudit(ports: Ports): Promise<void> {
  await forEachPartition((partition) =>
    auditPartition(ports, { partition, deadlineMs: ports.clock.now() + RUN_MS }),
  );
}
