import { setTimeout as sleepFor } from 'node:timers/promises';

/** The only file of the kit that reads the clock, draws randomness or waits. Whoever wants others passes them. */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Now = () => number;

export const systemNow: Now = () => Date.now();

/** Waiting, and a fraction from 0 to 1 to spread it by. */
export interface Pauses {
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  fraction(): number;
}

export const systemPauses: Pauses = {
  async sleep(ms, signal) {
    await sleepFor(ms, undefined, signal === undefined ? {} : { signal });
  },
  fraction: () => Math.random(),
};
