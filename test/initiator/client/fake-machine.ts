import type { Machine } from '../../../lib/initiator/index.ts';

/** A machine whose time moves only by waiting, and whose randomness is a count. */
export function createFakeMachine(startMs = Date.parse('2026-11-20T08:00:00Z')) {
  const time = { nowMs: startMs };
  const slept: number[] = [];
  let drawn = 0;
  const machine: Machine = {
    clock: { now: () => time.nowMs },
    random: {
      fraction: () => 0.5,
      bytes: (size) => {
        drawn += 1;
        return Uint8Array.from({ length: size }, (_, index) => (drawn * 7 + index) % 256);
      },
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      time.nowMs += ms;
    },
  };
  return { machine, time, slept };
}
