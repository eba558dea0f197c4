import type { Pauses } from '../protocol/http/repeating.ts';
import { system } from '../protocol/runtime/machine.ts';

export type { Pauses };

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Now = () => number;

export const systemNow: Now = system.clock.now;

export const systemPauses: Pauses = { sleep: system.sleep, fraction: system.random.fraction };
