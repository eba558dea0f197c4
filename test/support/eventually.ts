import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

/** Where nothing has changed for so long, nothing will come any more, however slow the machine is. */
const STANDSTILL_MS = 180_000;
const LOOK_EVERY_MS = 25;

export interface Patience {
  /** Without any change for so long it fails; three minutes unless said otherwise. */
  readonly standstillMs?: number;
}

/**
 * Looks again and again until what is seen is as expected, for as long as something moves. Only where what is seen
 * has not changed for minutes it fails, as the last look did.
 *
 * @param look what is seen, without what changes by itself, such as the time of an answer
 * @param check throws where it is not yet as expected
 * @returns what was seen at last
 * @example await eventually(() => result('pay_1'), (seen) => expect(seen).toMatchObject({ runs: 1 }));
 */
export async function eventually<Seen>(
  look: () => Seen | Promise<Seen>,
  check: (seen: Seen) => void,
  { standstillMs = STANDSTILL_MS }: Patience = {},
): Promise<Seen> {
  let last: string | undefined;
  let movedAtMs = performance.now();
  for (;;) {
    let seen: Seen | undefined;
    try {
      seen = await look();
      check(seen);
      return seen;
    } catch (failure) {
      // A table may give the attributes of an item in another order each time.
      const shown = seen === undefined ? String(failure) : inspect(seen, { sorted: true, depth: 10 });
      const nowMs = performance.now();
      if (shown !== last) movedAtMs = nowMs;
      else if (nowMs - movedAtMs > standstillMs) throw failure;
      last = shown;
    }
    await sleep(LOOK_EVERY_MS);
  }
}
