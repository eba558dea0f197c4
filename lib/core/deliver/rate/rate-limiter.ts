import type { EndpointId, MerchantId } from '../../model.ts';
import { type BoundedCache, createBoundedCache } from '../../runtime/bounded-cache.ts';
import { OVERTAKEN, tryUnderRev } from '../../runtime/change-under-rev.ts';
import type { Clock, Random, Timer } from '../../runtime/environment.ts';
import { SECOND_MS } from '../../time.ts';
import { type Asker, giveLeave, type Leave, NO_SLOTS, type Slots } from './slots.ts';

/** Limits the requests to an endpoint with `ratePerSecond`, across processes. */

export interface RatedEndpoint {
  readonly merchantId: MerchantId;
  readonly endpointId: EndpointId;
}

export interface SlotStore {
  /** Strongly consistent. */
  read(endpoint: RatedEndpoint): Promise<Slots | undefined>;
  /** False if another writer came after `expectedRev` (no item: 0). */
  save(endpoint: RatedEndpoint, slots: Slots, expectedRev: number): Promise<boolean>;
}

/** A request that is to go to an endpoint. */
interface RequestToGo {
  readonly endpoint: RatedEndpoint;
  readonly ratePerSecond: number;
  readonly asker: Asker;
}

/** The answer to a request. */
export type RateAnswer =
  | Leave
  /** Other processes changed the row each time. Nothing is reserved: ask again then, as the same asker. */
  | { readonly kind: 'crowded'; readonly untilMs: number };

export interface RateLimiter {
  /**
   * Whether a request may go now. The requests of one batch to the same endpoint share one conditional write. If the
   * process dies after it, their slots are lost and their messages come back.
   *
   * @throws Fault if the table refuses
   */
  ask(request: RequestToGo): Promise<RateAnswer>;
}

interface LimiterPorts {
  readonly slots: SlotStore;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: Pick<Random, 'fraction'>;
}

/** Endpoints with a rate that one process caches. */
const MAX_KNOWN = 2_000;
/** Lost races for an endpoint's row before the askers come back a little later. */
const MAX_TRIES = 6;
/** Leave that is older than this when the write is answered is not used: it would gather with that of later writes. */
const MAX_AGE_MS = SECOND_MS;
/** Askers that lost every race come back after at least this time, and at most this much later. */
const CROWDED_MS = SECOND_MS;
const CROWDED_SPREAD_MS = 4 * SECOND_MS;

/** An asker, and where its answer goes. */
interface Waiting extends RequestToGo {
  readonly resolve: (answer: RateAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** Create one per process. */
export function createRateLimiter(ports: LimiterPorts): RateLimiter {
  const known = createBoundedCache<string, Slots>({ capacity: MAX_KNOWN });
  const waiting = new Map<string, Waiting[]>();

  async function answerAll(name: string): Promise<void> {
    // The other messages of the batch come as far as this in the same turn.
    await ports.timer.sleep(0);
    for (let batch = waiting.get(name) ?? []; batch.length > 0; batch = waiting.get(name) ?? []) {
      waiting.set(name, []);
      try {
        const leaves = await leavesOf(ports, known, { name, batch });
        for (const [place, { resolve }] of batch.entries()) resolve(leaves[place] ?? crowded(ports));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    waiting.delete(name);
  }

  return {
    ask(request) {
      const { merchantId, endpointId } = request.endpoint;
      const name = `${merchantId} ${endpointId}`;
      return new Promise((resolve, reject) => {
        const batch = waiting.get(name);
        const one = { ...request, resolve, reject };
        if (batch !== undefined) return void batch.push(one);
        waiting.set(name, [one]);
        void answerAll(name);
      });
    },
  };
}

interface Batch {
  readonly name: string;
  readonly batch: readonly RequestToGo[];
}

/** Invariant: leave is given on the state that was read, and only if no other process gave any since. */
async function leavesOf(
  ports: LimiterPorts,
  known: BoundedCache<string, Slots>,
  { name, batch }: Batch,
): Promise<readonly RateAnswer[]> {
  const newest = batch.at(-1);
  if (newest === undefined) return [];
  const { endpoint, ratePerSecond } = newest;
  const askers = batch.map(({ asker }) => asker);
  const result = await tryUnderRev<readonly Leave[]>(async () => {
    const slots = known.get(name) ?? (await ports.slots.read(endpoint)) ?? NO_SLOTS;
    const nowMs = ports.clock.now();
    const { next, leaves } = giveLeave(slots, askers, { ratePerSecond, nowMs });
    // Nothing is reserved.
    if (leaves.every(({ kind }) => kind === 'full')) return leaves;
    const written = { ...next, rev: slots.rev + 1 };
    known.delete(name);
    if (!(await ports.slots.save(endpoint, written, slots.rev))) return OVERTAKEN;
    known.set(name, written);
    const isStale = ports.clock.now() - nowMs > MAX_AGE_MS && leaves.some(({ kind }) => kind === 'go');
    return isStale ? OVERTAKEN : leaves;
  }, MAX_TRIES);
  return result === OVERTAKEN ? batch.map(() => crowded(ports)) : (result as readonly Leave[]);
}

function crowded({ clock, random }: LimiterPorts): RateAnswer {
  return { kind: 'crowded', untilMs: clock.now() + CROWDED_MS + CROWDED_SPREAD_MS * random.fraction() };
}
