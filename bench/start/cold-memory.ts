import { setTimeout as sleep } from 'node:timers/promises';

const PAGE_BYTES = 4096;
const PAGES = 2_000;
/** The pace of the timers at rest. */
const REST_MS = 5_000;
const ROUNDS = 3;
/** Enough for V8 to compile the loop. */
const WARM_UPS = 200;
/** Any machine of its own takes less than one. */
const MAX_PAGE_MICROS = 2;

/**
 * Measures what a page of memory costs that nobody touched for five seconds: µs of the first reading, less those of the second. The
 * median of three. The host of a virtual machine may take idle memory away, and count the time to give it back as the process's own.
 */
export async function coldPageMicros(): Promise<number> {
  const memory = new Uint8Array(PAGES * PAGE_BYTES);
  for (let count = 0; count < WARM_UPS; count += 1) touch(memory);
  const found: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await sleep(REST_MS);
    found.push(((touch(memory) - touch(memory)) * 1_000) / PAGES);
  }
  return found.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
}

/** @returns the time that it took, in ms */
function touch(memory: Uint8Array): number {
  const from = performance.now();
  for (let at = 0; at < memory.length; at += PAGE_BYTES) memory[at] = (memory[at] ?? 0) + 1;
  return performance.now() - from;
}

/** @returns why CPU at rest says nothing on a machine with such pages; `undefined`: it does */
export function coldMemoryWarning(pageMicros: number): string | undefined {
  if (pageMicros <= MAX_PAGE_MICROS) return undefined;
  return (
    `a page of memory that nobody touched for ${REST_MS / 1_000} s takes ${pageMicros.toFixed(0)} µs to read: the host of this ` +
    "machine seems to take idle memory away. Timers find all of theirs idle, so most of this CPU may be the host's."
  );
}
