import type { MerchantId } from '../model.ts';
import { createBoundedCache } from '../runtime/bounded-cache.ts';
import type { Clock, Random } from '../runtime/environment.ts';
import type { Gate } from '../runtime/gate.ts';
import { SECOND_MS } from '../time.ts';

/**
 * Bounds the large queries of one merchant that run at the same time, across all processes. A bound per process would
 * have no effect: on Lambda, each process serves one request at a time.
 */

/** Concurrent large queries per merchant. The kits send one after the other. */
export const MAX_LARGE_QUERIES = 2;
/** When a place becomes free again if its process died. Longer than a function may run. */
const PLACE_MS = 25 * SECOND_MS;
/** How long a process refuses a merchant without reading the table again. */
const RETRY_AFTER_SECONDS = 1;
/** Maximum number of busy merchants that a process remembers. */
const MAX_BUSY = 1_000;

/** Who asks: the merchant itself, or an admin. Each has places of its own, so that neither holds up the other. */
type Asker = 'own' | 'admin';

export interface QueryLimit {
  enter(merchantId: MerchantId, asker?: Asker): Promise<QueryAdmission>;
}

type QueryAdmission =
  | { readonly kind: 'entered'; readonly leave: () => Promise<void> }
  | { readonly kind: 'busy'; readonly retryAfterSeconds: number };

interface QueryLimitPorts {
  readonly gate: Gate;
  readonly clock: Clock;
  readonly random: Random;
}

/** Create one per process. It remembers merchants that were busy a moment ago, so that a refusal needs no read. */
export function createQueryLimit(ports: QueryLimitPorts): QueryLimit {
  const busyUntil = createBoundedCache<string, number>({ capacity: MAX_BUSY });
  return {
    async enter(merchantId, asker = 'own') {
      const places = asker === 'own' ? 'query' : 'admin-query';
      const name = `${merchantId}#${places}`;
      const nowMs = ports.clock.now();
      const untilMs = nowMs + PLACE_MS;
      if ((busyUntil.get(name) ?? nowMs) > nowMs) return busy;
      busyUntil.delete(name);
      const first = Math.floor(ports.random.fraction() * MAX_LARGE_QUERIES);
      for (let step = 0; step < MAX_LARGE_QUERIES; step += 1) {
        const place = { merchantId, name: `${places}#${(first + step) % MAX_LARGE_QUERIES}` };
        const entry = await ports.gate.enter(place, { nowMs, untilMs });
        // If this call fails, the gate opens by itself at `untilMs`.
        const leave = () => ports.gate.leave(place, untilMs).catch(() => undefined);
        if (entry.kind === 'entered') return { kind: 'entered', leave };
      }
      busyUntil.set(name, nowMs + RETRY_AFTER_SECONDS * SECOND_MS);
      return busy;
    },
  };
}

const busy: QueryAdmission = { kind: 'busy', retryAfterSeconds: RETRY_AFTER_SECONDS };
