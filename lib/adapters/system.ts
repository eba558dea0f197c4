import type { Clock, Random, Timer } from '../core/runtime/environment.ts';
import { system } from '../protocol/runtime/machine.ts';

/** The machine that the service runs on. */

export const systemClock: Clock = system.clock;
export const systemRandom: Random = system.random;
export const systemTimer: Timer = { sleep: (ms) => system.sleep(ms) };
