import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { functionsProblem } from '../protocol/option-rules.ts';

/** The wall clock, in milliseconds since 1970-01-01T00:00:00Z. */
export interface Clock {
  now(): number;
}

export interface Random {
  /** A float, 0 inclusive to 1 exclusive; for jitter. */
  fraction(): number;
  /** `size` cryptographically strong random bytes. */
  bytes(size: number): Uint8Array;
}

/** What the kit needs of its machine; a test hands in its own. */
export interface Machine {
  readonly clock: Clock;
  readonly random: Random;
  /** Waits; ends early, with the signal's reason, when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** What is wrong with a machine that was handed in. */
export function machineProblems(machine: Machine): readonly (string | undefined)[] {
  const problem = functionsProblem('machine', machine, ['sleep']);
  if (problem !== undefined) return [problem];
  return [
    functionsProblem('machine.clock', machine.clock, ['now']),
    functionsProblem('machine.random', machine.random, ['fraction', 'bytes']),
  ];
}

/** The only place where the kit reads the clock, draws randomness or waits. */
export const system: Machine = {
  clock: { now: () => Date.now() },
  random: { fraction: () => Math.random(), bytes: (size) => new Uint8Array(randomBytes(size)) },
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, { ...(signal !== undefined && { signal }) });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
