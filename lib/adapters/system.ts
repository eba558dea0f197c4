import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Random, Timer } from '../core/environment.ts';

/** The only file that reads the clock, draws randomness or waits. */

export const systemClock: Clock = { now: () => Date.now() };

export const systemTimer: Timer = { sleep: (ms) => sleep(ms) };

export const systemRandom: Random = {
  fraction: () => Math.random(),
  bytes: (size) => new Uint8Array(randomBytes(size)),
};
