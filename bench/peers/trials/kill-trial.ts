import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../../load/measure/shared-clock.ts';
import type { Sink } from '../../load/measure/sink.ts';
import type { LoadTarget, Order } from '../../load/target/load-target.ts';

/** What a service did with orders while it was killed and started again. */
export interface KillOutcome {
  /** Answered as accepted, before or after the kill. */
  readonly accepted: number;
  /** Not answered, or answered with an error: the caller knows that it must repeat them. */
  readonly refused: number;
  /** Accepted and never delivered. */
  readonly lost: number;
  /** Deliveries beyond the first for an order. */
  readonly repeated: number;
  /** From the kill to the first delivery of the order that came last. */
  readonly recoveredSeconds: number;
}

export interface KillTrial {
  readonly target: Pick<LoadTarget, 'record'>;
  readonly sink: Pick<Sink, 'take'>;
  readonly orders: readonly Order[];
  readonly callers: number;
  readonly killAndRestart: () => Promise<void>;
  /** Without an arrival for so long, what is missing counts as lost. Default: five minutes. */
  readonly standstillMs?: number;
}

/** Longer than a queue waits until it hands out a message of a dead consumer again, and than any sweep of what has none. */
const STANDSTILL_MS = 300_000;
const LOOK_EVERY_MS = 200;

/**
 * Records under load, kills the service when half of the orders were accepted, and goes on when it answers again. An
 * order whose request fails is not repeated: nobody knows whether it was accepted, so it counts neither way.
 */
export async function runKillTrial(trial: KillTrial): Promise<KillOutcome> {
  await trial.sink.take();
  const { accepted, killedMs } = await recordThroughKill(trial);
  const { arrivals, requests } = await untilStill(trial, accepted);
  const lost = [...accepted].filter((id) => !arrivals.has(id)).length;
  const lastMs = [...accepted].reduce((last, id) => Math.max(last, arrivals.get(id) ?? 0), killedMs);
  return {
    accepted: accepted.size,
    refused: trial.orders.length - accepted.size,
    lost,
    repeated: requests - arrivals.size,
    recoveredSeconds: (lastMs - killedMs) / 1000,
  };
}

interface Recorded {
  readonly accepted: ReadonlySet<string>;
  /** On the clock of `nowMs`. */
  readonly killedMs: number;
}

async function recordThroughKill(trial: KillTrial): Promise<Recorded> {
  const { target, orders, callers } = trial;
  const accepted = new Set<string>();
  const waiting = orders.values();
  let restarting: Promise<void> | undefined;
  let killedMs = 0;
  const kill = () => {
    killedMs = nowMs();
    const restarted = trial.killAndRestart();
    // A failure is thrown where the callers await it. Until then it must not end the process.
    restarted.catch(() => {});
    return restarted;
  };
  const call = async () => {
    for (const order of waiting) {
      const isAccepted = await target.record([order]).then(
        () => true,
        () => false,
      );
      if (isAccepted) accepted.add(order.id);
      // Only the kill may refuse orders. Before it, each caller takes the next order at once.
      else await restarting;
      if (accepted.size >= orders.length / 2) restarting ??= kill();
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  if (restarting === undefined) {
    throw new Error(`only ${accepted.size} of ${orders.length} messages were accepted, so it was not killed`);
  }
  await restarting;
  return { accepted, killedMs };
}

/** Everything that came, orders that were refused and came all the same included. */
interface Arrived {
  readonly arrivals: ReadonlyMap<string, number>;
  /** Repeated ones included. */
  readonly requests: number;
}

/** Waits until all accepted orders have arrived, or nothing has arrived for a while. */
async function untilStill(
  { sink, standstillMs = STANDSTILL_MS }: KillTrial,
  accepted: ReadonlySet<string>,
): Promise<Arrived> {
  const arrivals = new Map<string, number>();
  let requests = 0;
  for (let movedMs = nowMs(); ; await sleep(LOOK_EVERY_MS)) {
    const taken = await sink.take();
    for (const [id, arrivedMs] of taken.arrivals) arrivals.set(id, arrivedMs);
    requests += taken.requests - taken.unknown;
    if (taken.arrivals.size > 0) movedMs = nowMs();
    const areAllHere = [...accepted].every((id) => arrivals.has(id));
    if (areAllHere || nowMs() - movedMs > standstillMs) return { arrivals, requests };
  }
}
