import { createBoundedCache } from '../bounded-cache.ts';
import type { Clock, Random } from '../environment.ts';
import type { Gate } from '../gate.ts';
import type { MerchantId } from '../model.ts';
import { SECOND_MS } from '../time.ts';

/**
 * Bounds how many large questions of one merchant run at the same time, whichever processes serve them: a function's
 * instance serves one request at a time, so each of them alone would bound nothing.
 */

/** Large questions of one merchant at a time. The kits ask one after the other. */
export const MAX_LARGE_QUERIES = 2;
/** Longer than a function may run: a place is free again then, if its process died. */
const PLACE_MS = 25 * SECOND_MS;
/** For how long a process refuses a merchant without asking the table again. */
const RETRY_AFTER_SECONDS = 1;
/** Merchants that a process remembers to be busy. */
const MAX_BUSY = 1_000;

export interface QueryLimit {
  enter(merchantId: MerchantId): Promise<QueryAdmission>;
}

type QueryAdmission =
  | { readonly kind: 'entered'; readonly leave: () => Promise<void> }
  | { readonly kind: 'busy'; readonly retryAfterSeconds: number };

interface QueryLimitPorts {
  readonly gate: Gate;
  readonly clock: Clock;
  readonly random: Random;
}

/** One per process: it remembers who was busy a moment ago, so that refusing costs nothing. */
export function createQueryLimit(ports: QueryLimitPorts): QueryLimit {
  const busyUntil = createBoundedCache<MerchantId, number>({ capacity: MAX_BUSY });
  return {
    async enter(merchantId) {
      const nowMs = ports.clock.now();
      const untilMs = nowMs + PLACE_MS;
      if ((busyUntil.get(merchantId) ?? nowMs) > nowMs) return busy;
      busyUntil.delete(merchantId);
      const first = Math.floor(ports.random.fraction() * MAX_LARGE_QUERIES);
      for (let step = 0; step < MAX_LARGE_QUERIES; step += 1) {
        const place = { merchantId, name: `query#${(first + step) % MAX_LARGE_QUERIES}` };
        const entry = await ports.gate.enter(place, { nowMs, untilMs });
        // A gate that stays closed for want of an answer opens by itself.
        const leave = () => ports.gate.leave(place, untilMs).catch(() => undefined);
        if (entry.kind === 'entered') return { kind: 'entered', leave };
      }
      busyUntil.set(merchantId, nowMs + RETRY_AFTER_SECONDS * SECOND_MS);
      return busy;
    },
  };
}

const busy: QueryAdmission = { kind: 'busy', retryAfterSeconds: RETRY_AFTER_SECONDS };
