import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

/** After this time without a change nothing more is expected, even on a slow machine. */
const STANDSTILL_MS = 180_000;
/** Looks often at first, and then more seldom: looks at a service take CPU time from the work that is waited for. */
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 2_000;
const PAUSE_GROWTH = 1.25;

export interface Patience {
  /** Fails after this time in milliseconds without any change. Default: three minutes. */
  readonly standstillMs?: number;
}

/**
 * Looks repeatedly until the result is as expected. Keeps waiting while the result changes. Fails with the error of
 * the last look if nothing has changed for `standstillMs`.
 *
 * @param look returns what to check, without values that change by themselves, such as the time of an answer
 * @param check throws if the result is not yet as expected
 * @returns the result of the last look
 * @example await eventually(() => result('pay_1'), (seen) => expect(seen).toMatchObject({ runs: 1 }));
 */
export async function eventually<Seen>(
  look: () => Seen | Promise<Seen>,
  check: (seen: Seen) => void,
  { standstillMs = STANDSTILL_MS }: Patience = {},
): Promise<Seen> {
  let last: string | undefined;
  let movedAtMs = performance.now();
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    let seen: Seen | undefined;
    try {
      seen = await look();
      check(seen);
      return seen;
    } catch (failure) {
      // A table may return the attributes of an item in a different order each time.
      const shown = seen === undefined ? String(failure) : inspect(seen, { sorted: true, depth: 10 });
      const nowMs = performance.now();
      if (shown !== last) movedAtMs = nowMs;
      else if (nowMs - movedAtMs > standstillMs) throw failure;
      last = shown;
    }
    await sleep(pauseMs);
    pauseMs = Math.min(pauseMs * PAUSE_GROWTH, LONGEST_PAUSE_MS);
  }
}
