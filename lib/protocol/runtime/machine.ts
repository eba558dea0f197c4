import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Random } from './clock.ts';

/** Clock, randomness and waiting for the kits, injected so that tests can replace them. */
export interface Machine {
  readonly clock: Clock;
  readonly random: Random;
  /** Waits. If the signal is aborted, rejects early with its reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The real machine. The service and the kits read the clock, get randomness and wait only through it. */
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
