import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Random } from './clock.ts';

/** What the kits need of their machine; a test hands in its own. */
export interface Machine {
  readonly clock: Clock;
  readonly random: Random;
  /** Waits; ends early, with the signal's reason, when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine that this runs on. The service and the kits read the clock, draw randomness and wait here only. */
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
